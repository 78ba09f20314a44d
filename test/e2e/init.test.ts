import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { runHip } from '../support/program.js';

const RUN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bin', 'run.js');
const PASSWORD = 's3cret-of-the-e2e-test';
const database = withDatabase();
const user = 'hip_init_e2e';
let folder: string;
let config: string;

beforeAll(async () => {
  await database.sql(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  await database.sql(`GRANT ALL ON \`${database.database}\`.* TO '${user}'@'%'`);
});
beforeEach(async () => {
  await database.sql('DROP TABLE IF EXISTS device_logs');
  folder = mkdtempSync(join(tmpdir(), 'hip-init-e2e-'));
  config = join(folder, 'config.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const NAMES = () => [
  '--database-host',
  database.host,
  '--database-port',
  String(database.port),
  '--database-user',
  user,
  '--database-name',
  database.database,
];

/** What the program says, and the command lines of its processes while it ran. */
async function follow(child: ChildProcess): Promise<{ code: number; said: string }> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

/** Files below the folder that hold the password in plain. */
function filesWithPassword(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(PASSWORD));
}

it('takes the password from standard input, and gives it to nobody but its guarded file', async () => {
  const init = [
    RUN,
    'init',
    '--yes',
    '--config',
    config,
    '--data-dir',
    folder,
    '--password-stdin',
    '--create',
  ];
  const child = spawn(process.execPath, [...init, ...NAMES(), '--json'], { stdio: 'pipe' });
  child.stdin.end(`${PASSWORD}\n`);
  const { code, said } = await follow(child);
  expect(code).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ database: { state: 'ready' } });
  const test = await runHip(['test-db', '--config', config]);
  expect(test.code).toBe(0);
  const sync = await runHip(['sync', '--once', '--log-dir', folder, '--config', config, '--json']);
  expect(sync.code).toBe(0);
  await database.sql(`ALTER USER '${user}'@'%' IDENTIFIED BY 'another'`);
  try {
    const refused = await runHip(['test-db', '--config', config]);
    expect(refused.code).toBe(3);
    expect(JSON.stringify([said, test, sync, refused])).not.toContain(PASSWORD);
  } finally {
    await database.sql(`ALTER USER '${user}'@'%' IDENTIFIED BY ?`, [PASSWORD]);
  }
  expect(filesWithPassword()).toEqual([join(folder, 'credentials.json')]);
});

it('asks on a terminal, where the password is not seen', async () => {
  const answers: [RegExp, string][] = [
    [/previous program.*: $/, '-'],
    [/Database server.*: $/, database.host],
    [/Its port.*: $/, String(database.port)],
    [/User.*: $/, user],
    [/Password.*: $/, PASSWORD],
    [/schema.*: $/, database.database],
    [/Create it.*: $/, 'yes'],
    [/terminals send.*: $/, ''],
    [/log files.*: $/, ''],
  ];
  // A real terminal: script(1) gives the program one and shows us all that a person would see.
  const command = `'${process.execPath}' '${RUN}' init --config '${config}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe' });
  let line = '';
  child.stdout.on('data', (chunk: Buffer) => {
    line = (line + chunk.toString()).split('\n').at(-1) ?? '';
    if (!answers[0]?.[0].test(line)) return;
    line = '';
    child.stdin.write(`${answers.shift()?.[1]}\n`);
  });
  const { code, said } = await follow(child);
  expect(code).toBe(0);
  expect(answers).toEqual([]);
  expect(said).toContain('Server port     9090');
  expect(said).not.toContain(PASSWORD);
  expect((await runHip(['test-db', '--config', config])).code).toBe(0);
});

it('ends with 2 where there is nobody to ask, and where it would change a file', async () => {
  const lonely = await runHip(['init', '--config', config]);
  expect(lonely.code).toBe(2);
  expect(lonely.stderr).toContain('--yes');
  expect((await runHip(['init', '--yes', '--port', '9444', '--config', config])).code).toBe(0);
  expect((await runHip(['init', '--yes', '--port', '9445', '--config', config])).code).toBe(2);
  expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ serve: { port: 9444 } });
});

it('ends with 3 when all is written and the database does not answer', async () => {
  const nobody = [
    '--database-host',
    '127.0.0.1',
    '--database-port',
    '1',
    '--database-user',
    'u',
    '--database-name',
    'd',
  ];
  const { code } = await runHip(['init', '--yes', '--config', config, ...nobody]);
  expect(code).toBe(3);
  expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({ database: { port: 1 } });
});
