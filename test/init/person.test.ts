import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config.js';
import { initialise } from '../../src/lib/init/init-app.js';
import { createPrompt } from '../../src/lib/init/prompt.js';
import { database, file, folder, named, options, PASSWORD, shown, typing, user } from './rig.js';

describe('with a person', () => {
  it('asks, tries, offers to create, and asks again where it fails', async () => {
    const prompt = typing([
      [/previous program/, ''],
      [/Database server/, database.host],
      [/Its port/, 'many'],
      [/Its port/, String(database.port)],
      [/User/, user],
      [/Password/, 'wr0ng'],
      [/schema/, database.database],
      [/again/, ''],
      [/Database server/, ''],
      [/Its port/, ''],
      [/User/, ''],
      [/Password/, PASSWORD],
      [/schema/, ''],
      [/Create it/, 'y'],
      [/terminals send/, '9400'],
      [/log files/, join(folder, 'nowhere')],
      [/no such folder/, ''],
      [/log files/, folder],
      [/every day/, '7:30, 18:00'],
    ]);
    const report = await initialise(options({ prompt }));
    prompt.close();
    expect(report.database.state).toBe('ready');
    expect(loadConfig({ file, env: {} }).config).toMatchObject({
      serve: { port: 9400 },
      database: { user, password: PASSWORD },
      sync: { logDir: folder, uploadTimes: ['7:30', '18:00'] },
    });
    expect(shown).toContain('HIP_DB_LOGIN');
    expect(shown).not.toMatch(/wr0ng|pässwörd/);
  });

  it('goes on without a database, or with one that does not answer yet', async () => {
    const server: [RegExp, string][] = [
      [/previous program/, ''],
      [/Database server/, '127.0.0.1'],
      [/Its port/, '1'],
      [/User/, 'u'],
      [/Password/, 'p'],
      [/schema/, 'd'],
    ];
    const rest: [RegExp, string][] = [
      [/terminals send/, ''],
      [/log files/, ''],
    ];
    const without = typing([...server, [/again/, 'without'], ...rest]);
    expect((await initialise(options({ prompt: without }))).database.state).toBe('none');
    const keep = typing([...server, [/again/, 'keep'], ...rest]);
    expect((await initialise(options({ prompt: keep }))).database.state).toBe('failing');
    expect(loadConfig({ file, env: {} }).config.database).toMatchObject({ host: '127.0.0.1', port: 1 });
  });

  it('keeps the password that is known when Enter is typed, and leaves all as it is after a no', async () => {
    await initialise(options({ given: { ...named(), 'database.password': PASSWORD }, create: true }));
    const no = typing([[/Change it/, '']]);
    await expect(initialise(options({ prompt: no }))).rejects.toMatchObject({ code: 'HIP_USAGE' });
    const questions = [
      /previous/,
      /Database server/,
      /Its port/,
      /User/,
      /Password/,
      /schema/,
      /terminals send/,
      /log files/,
    ];
    const enter = typing([[/Change it/, 'yes'], ...questions.map((question) => [question, ''] as const)]);
    expect((await initialise(options({ prompt: enter }))).database.state).toBe('ready');
    expect(loadConfig({ file, env: {} }).config.database.password).toBe(PASSWORD);
  });

  it('asks again for a password that another PC has sealed', async () => {
    mkdirSync(join(folder, 'hip'));
    writeFileSync(
      file,
      JSON.stringify({
        database: { host: database.host, port: database.port, user, database: database.database },
      }),
    );
    writeFileSync(join(folder, 'hip/credentials.json'), JSON.stringify({ password: 'dpapi:AAAA' }));
    await expect(initialise(options({ force: true }))).rejects.toMatchObject({
      code: 'HIP_CREDENTIALS_SEALED',
    });
    const env = { HIP_DATABASE_PASSWORD: PASSWORD };
    expect((await initialise(options({ force: true, create: true, env }))).database.state).toBe('ready');
  });

  it('writes nothing when the person leaves', async () => {
    const input = new PassThrough();
    const prompt = createPrompt({ input, output: new PassThrough().resume() });
    const running = initialise(options({ prompt }));
    input.write('-\n127.0.0.1\n\x03');
    await expect(running).rejects.toMatchObject({ code: 'HIP_USAGE' });
    expect(existsSync(join(folder, 'hip'))).toBe(false);
  });
});
