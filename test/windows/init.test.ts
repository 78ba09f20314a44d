import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { type Ran, startWine, type Wine } from '../support/wine.js';

const PASSWORD = 's3cret-of-the-windows-test';
const FOLDER = 'C:\\ProgramData\\hip';
const database = withDatabase();
const user = 'hip_init_windows';
let wine: Wine;

beforeAll(async () => {
  await database.sql(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  await database.sql(`GRANT ALL ON \`${database.database}\`.* TO '${user}'@'%'`);
  wine = await startWine();
  await wine.stage();
}, 120_000);
afterAll(() => wine?.close());

function init(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const names = ['--database-host', database.host, '--database-port', String(database.port)];
  const more = ['--database-user', user, '--database-name', database.database];
  return wine.hip(['init', '--yes', ...names, ...more, ...args], { env });
}

const credentials = (): string => wine.path(`${FOLDER}\\credentials.json`);

const SECRETS = (['utf8', 'utf16le'] as const).map((encoding) => Buffer.from(PASSWORD, encoding));
const tells = (file: string): boolean => SECRETS.some((secret) => readFileSync(file).includes(secret));

function dataFiles(): string[] {
  const root = wine.path('C:\\ProgramData');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((file) => statSync(file).isFile());
}

// Each start of Node under Wine takes seconds where the machine is busy.
describe('on Windows', { timeout: 120_000 }, () => {
  it('seals the password, and the next process delivers with it', async () => {
    const made = await init(['--create', '--json'], { HIP_DATABASE_PASSWORD: PASSWORD });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({
      configFile: `${FOLDER}\\config.json`,
      found: true,
      sealed: true,
      database: { state: 'ready' },
    });
    expect(JSON.parse(readFileSync(credentials(), 'utf8'))).toEqual({
      password: expect.stringMatching(/^dpapi:[\w+/=]{100,}$/),
    });
    const tested = await wine.hip(['test-db', '--json']);
    expect(tested.code).toBe(0);
    const again = await init(['--force', '--json'], {});
    expect(JSON.parse(again.stdout)).toMatchObject({ database: { state: 'ready' } });
    expect(JSON.stringify([made, tested, again])).not.toContain(PASSWORD);
  });

  it('leaves no plain password in any file', () => {
    expect(dataFiles()).toContain(credentials());
    expect(dataFiles().filter(tells)).toEqual([]);
  });

  it('says what to do when one byte has changed', async () => {
    const text = readFileSync(credentials(), 'utf8');
    writeFileSync(
      credentials(),
      text.replace(/(dpapi:.{80})(.)/, (_, head, one) => head + (one === 'A' ? 'B' : 'A')),
    );
    const tested = await wine.hip(['test-db', '--json']);
    expect(tested.code).toBe(2);
    expect(JSON.parse(tested.stdout)).toMatchObject({
      error: {
        code: 'HIP_CREDENTIALS_SEALED',
        suggestions: expect.arrayContaining([expect.stringMatching(/hip init/)]),
      },
    });
    // What needs no password works as ever.
    expect((await wine.hip(['punches', '--json'])).code).toBe(0);
  });

  it('names a password that was put there by hand, and seals it', async () => {
    writeFileSync(credentials(), JSON.stringify({ DB_CONFIG: { user, password: PASSWORD } }));
    expect(dataFiles().filter(tells)).toEqual([credentials()]);
    const tested = await wine.hip(['test-db']);
    expect(tested.code).toBe(0);
    expect(tested.stderr).toContain('hip init seals it');
    expect((await init(['--force', '--json'], {})).code).toBe(0);
    expect(dataFiles().filter(tells)).toEqual([]);
  });
});
