import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecrets } from '../../src/lib/config/secrets.js';
import { type LoadedConfig, loadConfig } from '../../src/lib/config.js';

const PASSWORD = 'a secret of the test';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hip-credentials-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: unknown, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  chmodSync(file, mode);
  return file;
}

function load(env: NodeJS.ProcessEnv = {}): LoadedConfig {
  return loadConfig({ cwd: folder, env });
}

describe('credentials that others can read', () => {
  it.each([0o644, 0o640, 0o604, 0o660, 0o601])('are refused with what to type: %o', (mode) => {
    const file = write('credentials.json', { DB_CONFIG: { password: PASSWORD } }, mode);
    expect(() => load()).toThrow(
      expect.objectContaining({
        code: 'HIP_CREDENTIALS_LOOSE',
        message: expect.not.stringContaining(PASSWORD),
        suggestions: expect.arrayContaining([`chmod 600 ${file}`]),
      }),
    );
  });

  it('are refused for the password of the Access databases too', () => {
    write('credentials.json', { ACCESS_PASSWORD: PASSWORD }, 0o644);
    expect(() => load()).toThrow(expect.objectContaining({ code: 'HIP_CREDENTIALS_LOOSE' }));
  });

  it.each([{}, { user: 'u', host: 'h' }, { password: '' }])('may be so without a password: %j', (content) => {
    write('credentials.json', content, 0o644);
    expect(load().config.database.password ?? '').toBe('');
  });

  it('are taken as soon as they are for one alone', () => {
    for (const mode of [0o600, 0o400]) {
      write('credentials.json', { password: PASSWORD }, mode);
      expect(load().config.database.password).toBe(PASSWORD);
      rmSync(join(folder, 'credentials.json'));
    }
  });
});

describe('config.json with a password', () => {
  it.each([
    { database: { password: PASSWORD } },
    { database: { url: `mysql://u:${PASSWORD.replaceAll(' ', '')}@h/d` } },
    { ACCESS_PASSWORD: PASSWORD },
    { DB_CONFIG: { host: 'h', password: PASSWORD } },
  ])('is named when others can read it: %j', (settings) => {
    write('config.json', settings, 0o644);
    expect(load().notes).toEqual([expect.stringMatching(/^Others on this PC .*config\.json: hip init/)]);
    expect(load().notes.join()).not.toContain('secret');
    write('config.json', settings, 0o600);
    expect(load().notes).toEqual([]);
  });

  it('is no matter where there is none', () => {
    write('config.json', { database: { url: 'mysql://u@h/d', password: '' } }, 0o644);
    expect(load().notes).toEqual([]);
  });
});

describe('a file with passwords only', () => {
  it('is laid over the configuration, and is not the previous system', () => {
    write('config.json', { database: { host: 'h', user: 'u', database: 'd' }, sync: { logDir: 'x' } });
    write('credentials.json', { password: PASSWORD, ACCESS_PASSWORD: 'mdb' });
    const { config, importedDatabase } = load();
    expect(config.database).toMatchObject({ host: 'h', user: 'u', password: PASSWORD });
    expect(config.sync).toMatchObject({ logDir: 'x', accessPassword: 'mdb' });
    expect(importedDatabase).toBe(false);
  });
});

describe('the credentials that systemd hands over', () => {
  it('go before the file that the service may not read, whatever their rights', () => {
    mkdirSync(join(folder, 'handed'));
    write('credentials.json', { password: 'other' });
    const file = write('handed/hip-credentials', { password: PASSWORD }, 0o440);
    const { config, files } = load({ CREDENTIALS_DIRECTORY: join(folder, 'handed') });
    expect(config.database.password).toBe(PASSWORD);
    expect(files).toEqual([file]);
  });

  it('are not missed by services that have none', () => {
    write('credentials.json', { password: PASSWORD });
    const { config } = load({ CREDENTIALS_DIRECTORY: join(folder, 'handed') });
    expect(config.database.password).toBe(PASSWORD);
  });
});

describe('secrets', () => {
  it.each([
    ['config.json', { database: { password: 'dpapi:AAAA' } }],
    ['credentials.json', { password: 'dpapi:AAAA' }],
    ['config.json', { sync: { accessPassword: 'dpapi:AAAA' } }],
  ])('sealed by a Windows PC are no password elsewhere: %s %j', async (name, content) => {
    write(name, content);
    const loaded = load();
    await expect(openSecrets(loaded)).rejects.toMatchObject({
      code: 'HIP_CREDENTIALS_SEALED',
      suggestions: expect.arrayContaining([expect.stringContaining('hip init')]),
    });
  });

  it('that are not sealed are used as they stand', async () => {
    write('credentials.json', { password: PASSWORD });
    const loaded = load();
    expect(await openSecrets(loaded)).toBe(loaded);
  });

  it('that this user may not read fail only who needs them', async () => {
    chmodSync(folder, 0o755);
    write('credentials.json', { password: PASSWORD }, 0o200);
    const loaded = asNobody(() => load());
    await expect(openSecrets(loaded)).rejects.toMatchObject({ code: 'HIP_CONFIG_UNREADABLE' });
    expect(loaded.notes).toEqual([expect.stringContaining('credentials.json')]);
    const given = asNobody(() => load({ HIP_DATABASE_PASSWORD: PASSWORD }));
    expect((await openSecrets(given)).config.database.password).toBe(PASSWORD);
  });
});

/** Root may read everything. */
function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}
