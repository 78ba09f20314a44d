import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';

/** Told to hip in every way there is, and to be found nowhere but where it was put. */
const PASSWORD = 'canary-pass-81623';
/** Sent by devices: nothing of it may stay. */
const TEMPLATE = 'Q2FuYXJ5VGVtcGxhdGU4MTYyMw';
const USER_PASSWORD = '81623994';
const CARD = '8162377001';
const NAME = 'Canary Somsri';
const SECRETS = [PASSWORD, TEMPLATE, USER_PASSWORD, CARD, NAME];

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), 'hip-secrets-'));
const account = `canary_${process.pid}`;
const printed: string[] = [];
const started: Spawned[] = [];
let program: Program;

beforeAll(async () => {
  await database.sql(`CREATE USER '${account}'@'%' IDENTIFIED BY '${PASSWORD}'`);
  await database.sql(`GRANT ALL ON \`${database.database}\`.* TO '${account}'@'%'`);
  const { host, port } = database;
  program = await createProgram(folder, {
    database: { host, port, database: database.database, user: account },
    log: { level: 'debug' },
  });
  const credentials = join(folder, 'credentials.json');
  writeFileSync(credentials, JSON.stringify({ password: PASSWORD }));
  chmodSync(credentials, 0o600);
});
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  await database.sql(`DROP USER '${account}'@'%'`);
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<void> {
  const spawned = program.spawn(args);
  await spawned.ended;
  keep(spawned);
}

function keep({ output }: Spawned): void {
  const { stdout, stderr } = output();
  printed.push(stdout, stderr);
}

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(program.target + path, { method: 'POST', body, headers });
}

it('no password, template, card or name is in any file, answer, line of output or list of processes', async () => {
  const serving = await program.serve();
  started.push(serving);
  const operlog = [
    `USER PIN=1001\tName=${NAME}\tPri=0\tPasswd=${USER_PASSWORD}\tCard=${CARD}\tGrp=1`,
    `FP PIN=1001\tFID=1\tSize=26\tValid=1\tTMP=${TEMPLATE}`,
    `NEWKIND PIN=1001\tTMP=${TEMPLATE}`,
    `broken ${TEMPLATE} line`,
  ].join('\n');
  const answers = [
    await post('/iclock/cdata?SN=CEXB000000001&table=ATTLOG&Stamp=1', '1001\t2026-10-05 08:00:00\t0\t1\n'),
    await post('/iclock/cdata?SN=CEXB000000001&table=OPERLOG&Stamp=1', operlog),
    await post('/', JSON.stringify({ user_id: '7', user_name: NAME, enroll_data: TEMPLATE }), {
      request_code: 'realtime_enroll_data',
      dev_id: 'CEXB000000002',
    }),
  ];
  for (const answer of answers) printed.push(await answer.text());
  await expect.poll(async () => (await program.status()).journal.waiting, { timeout: 30_000 }).toBe(0);
  expect(await database.sql('SELECT COUNT(*) AS n FROM device_logs')).toEqual([{ n: 1 }]);

  const listed = processes();
  for (const command of [['status'], ['status', '--json'], ['test-db', '--json'], ['punches', '--json']])
    await run(...command);
  await run('quarantine', 'list', '--json');
  await run('devices', '--json');
  await run('sync', '--json');
  // What fails is tempted to say why.
  await database.sql(`ALTER USER '${account}'@'%' IDENTIFIED BY 'another'`);
  await run('test-db');
  await run('test-db', '--json');
  serving.child.kill('SIGTERM');
  await serving.ended;
  keep(serving);

  const files = filesUnder(folder).filter((file) => !file.endsWith('credentials.json'));
  expect(files.some((file) => file.endsWith('hip.db'))).toBe(true);
  expect(files.some((file) => file.endsWith('.log'))).toBe(true);
  for (const secret of SECRETS) {
    expect(
      files.filter((file) => readFileSync(file).includes(secret)),
      secret,
    ).toEqual([]);
    expect(
      printed.filter((text) => text.includes(secret)),
      secret,
    ).toEqual([]);
    expect(
      listed.filter((line) => line.includes(secret)),
      secret,
    ).toEqual([]);
  }
}, 120_000);

/** Command lines of everything that runs; of another user's processes too, as `ps` shows them to anybody. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        // Gone in between.
        return [];
      }
    });
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const file = join(dir, name);
    return statSync(file).isDirectory() ? filesUnder(file) : [file];
  });
}
