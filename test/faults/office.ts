import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { userKey } from '../../src/lib/punch.js';
import { type TestDatabase, withDatabase } from '../support/database.js';
import { createProgram, type Program, type Spawned } from '../support/program.js';
import { PLAN } from './dice.js';
import { type MysqlProxy, startMysqlProxy } from './mysql-proxy.js';

/**
 * An office as hip meets it: devices of both families, a folder of the vendor's files, a database behind a line that
 * faults can be put on. Every test ends with the same sum (see `settle`).
 */
export interface Office {
  readonly folder: string;
  readonly logDir: string;
  readonly program: Program;
  readonly proxy: MysqlProxy;
  /** With full rights, past the proxy. */
  readonly database: TestDatabase;
  readonly account: Account;
  /** Starts `hip serve`, unless it runs, and waits until it takes requests. */
  serve(): Promise<Spawned>;
  /** Starts `hip serve` behind a tracer, and does not wait: it may never come that far. */
  start(through: readonly string[]): Spawned;
  /** Devices that send until all is acknowledged, whatever happens meanwhile, or until `settle`. */
  load(dialect: 'adms' | 'fkweb', pace: { readonly count: number; readonly rate: number }): Spawned;
  /** The vendor's program writes a file with so many new punches. */
  dropFile(lines: number): void;
  sync(): Promise<number | null>;
  /** How many punches have been acknowledged so far. */
  acknowledged(): number;
  /** Those that have been, in the order in which devices heard it. */
  told(): readonly Identity[];
  /** Resolves when each load has been told OK at least once. */
  answered(): Promise<void>;
  /**
   * Ends the loads, waits until nothing waits any more, and makes the sum: each punch that a device was told OK for
   * and each line of a file is in MySQL, none twice, and nothing else is but what was sent and not yet acknowledged.
   */
  settle(options?: SettleOptions): Promise<Sum>;
}

/** The login of hip, with rights on its schema only. */
export interface Account {
  readonly user: string;
  readonly password: string;
  /** As SQL wants it. */
  readonly name: string;
}

export interface SettleOptions {
  /** Waits for the loads' own end instead of stopping them. */
  readonly loadsEnd?: boolean;
  /** Punches that may be absent from MySQL, since hip says of them that they need a person. */
  readonly rejected?: number;
}

export interface Sum {
  readonly acknowledged: number;
  readonly lines: number;
  readonly rows: number;
  /** In MySQL but not acknowledged: sent, stored, and the answer lost. */
  readonly unheard: number;
}

/** Conditions end a wait; only what will never be runs into this, also on a machine with other work. */
const PATIENCE_MS = 180_000;

interface OfficeParts {
  /** Where the data folder is to be; a temporary folder by default. */
  readonly folder?: () => string;
  readonly settings?: object;
  /** On a server of its own where the server as a whole is maltreated; on that of all tests by default. */
  readonly database?: TestDatabase;
}

/** Call at the top of a `describe`, like `withDatabase`. */
export function withOffice(parts: OfficeParts = {}): Office {
  const database = parts.database ?? withDatabase();
  const folder = parts.folder?.() ?? mkdtempSync(join(tmpdir(), 'hip-faults-'));
  const logDir = join(folder, 'vendor');
  const ledgers = mkdtempSync(join(tmpdir(), 'hip-faults-ledgers-'));
  const started: Spawned[] = [];
  let serving: Spawned | undefined;
  const loads: { readonly spawned: Spawned; readonly ledger: string }[] = [];
  const lines: string[] = [];
  const account = createAccount();
  let program: Program | undefined;
  let proxy: MysqlProxy | undefined;
  let files = 0;

  beforeAll(async () => {
    mkdirSync(logDir, { recursive: true });
    proxy = await startMysqlProxy({ host: database.host, port: database.port });
    await database.sql(`CREATE USER ${account.name} IDENTIFIED BY '${account.password}'`);
    await database.sql(`GRANT ALL ON \`${database.database}\`.* TO ${account.name}`);
    const url = new URL(database.url);
    url.port = String(proxy.port);
    url.username = account.user;
    url.password = account.password;
    const line = { url: url.href, connectTimeoutMs: 2_000, queryTimeoutMs: 3_000 };
    program = await createProgram(folder, { database: line, sync: { logDir }, ...parts.settings });
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await proxy?.close();
    await database.sql(`DROP USER ${account.name}`);
    rmSync(ledgers, { recursive: true });
    if (!parts.folder) rmSync(folder, { recursive: true });
  });

  const office: Office = {
    folder,
    logDir,
    account,
    database,
    get program() {
      return needed(program);
    },
    get proxy() {
      return needed(proxy);
    },
    async serve() {
      if (serving && isRunning(serving)) return serving;
      serving = await office.program.serve();
      started.push(serving);
      return serving;
    },
    start(through) {
      serving = office.program.spawn(['serve'], through);
      started.push(serving);
      return serving;
    },
    load(dialect, { count, rate }) {
      const ledger = join(ledgers, `${loads.length}.ndjson`);
      const seed = String((PLAN.seed % 100_000) * 10 + loads.length);
      const spawned = office.program.spawn([
        ...['simulate', '--dialect', dialect, '--devices', '6', '--seed', seed, '--json'],
        ...['--count', String(count), '--rate', String(rate), '--batch', '4'],
        ...['--give-up', '600', '--ledger', ledger, '--target', office.program.target],
      ]);
      started.push(spawned);
      loads.push({ spawned, ledger });
      return spawned;
    },
    dropFile(count) {
      files += 1;
      const fresh = Array.from({ length: count }, (_, i) => ({
        userId: String(5_000 + i),
        time: timeOf(files, i),
      }));
      const sn = `CEXB${String(files).padStart(9, '0')}`;
      const text = fresh.map(({ userId, time }) => `${userId}\t${time}\t1\t0\t1\t0\n`).join('');
      writeFileSync(join(logDir, `${sn}_attlog.dat`), text);
      lines.push(...fresh.map((punch) => keyOf({ deviceSn: sn, ...punch })));
    },
    async sync() {
      const spawned = office.program.spawn(['sync']);
      started.push(spawned);
      return spawned.ended;
    },
    acknowledged: () => office.told().length,
    told: () => loads.flatMap(({ ledger }) => readLedger(ledger)),
    async answered() {
      for (const { ledger } of loads) {
        // FK devices wait seconds before they try again.
        await expect.poll(() => readLedger(ledger).length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
      }
    },
    async settle({ loadsEnd = false, rejected = 0 } = {}) {
      await office.serve();
      // A load that was never answered would call that an error.
      await office.answered();
      const open = await Promise.all(loads.map(({ spawned }) => endLoad(spawned, loadsEnd)));
      await expect
        .poll(async () => (await office.program.status()).journal.waiting, { timeout: PATIENCE_MS })
        .toBe(0);
      const told = office.told().map(keyOf);
      const sum = await compare({ database, told, lines, rejected });
      expect(sum.unheard).toBeLessThanOrEqual(open.reduce((a, b) => a + b, 0));
      return sum;
    },
  };
  return office;
}

/** One line of the table in docs/proof.md. */
export function tell(fault: string, counts: { readonly times: number; readonly punches: number }): void {
  const report = process.env.HIP_TEST_FAULTS_REPORT;
  if (report) appendFileSync(report, `${JSON.stringify({ fault, ...counts })}\n`);
}

async function compare(given: {
  readonly database: TestDatabase;
  readonly told: readonly string[];
  readonly lines: readonly string[];
  readonly rejected: number;
}): Promise<Sum> {
  const { database, told, lines, rejected } = given;
  // Counted here and not left to the table's own key, which is under test as well.
  const rows = await database.sql(
    `SELECT device_sn AS deviceSn, user_id AS userId, check_time AS time, COUNT(*) AS copies
    FROM device_logs GROUP BY device_sn, user_id, check_time`,
  );
  expect(rows.filter(({ copies }) => Number(copies) !== 1)).toEqual([]);
  const there = new Set(rows.map((row) => keyOf(row as unknown as Identity)));
  expect(there.size, 'rows that are one punch').toBe(rows.length);
  const asked = new Set([...told, ...lines]);
  const missing = [...asked].filter((key) => !there.has(key));
  expect(missing.slice(rejected), `promised and not in MySQL (seed ${PLAN.seed})`).toEqual([]);
  const unheard = [...there].filter((key) => !asked.has(key)).length;
  return { acknowledged: told.length, lines: lines.length, rows: rows.length, unheard };
}

export interface Identity {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
}

function keyOf({ deviceSn, userId, time }: Identity): string {
  return [deviceSn, userKey(userId), time].join('|');
}

function readLedger(file: string): Identity[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  // The last line may be half written while the load runs.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Identity);
}

/** @returns how many of its punches nobody has acknowledged */
async function endLoad({ child, ended, output }: Spawned, byItself: boolean): Promise<number> {
  if (!byItself) child.kill('SIGINT');
  await ended;
  const { stdout, stderr } = output();
  const { unacknowledged } = JSON.parse(stdout) as { unacknowledged?: number };
  if (unacknowledged === undefined) throw new Error(`hip simulate failed: ${stdout}${stderr}`);
  return unacknowledged;
}

function createAccount(): Account {
  const user = `hip_${randomBytes(5).toString('hex')}`;
  return { user, password: randomBytes(9).toString('hex'), name: `'${user}'@'%'` };
}

function isRunning({ child }: Spawned): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Another month for each file: equal content is the same file to hip, whatever its name. */
function timeOf(file: number, index: number): string {
  return new Date(Date.UTC(2021, file, 1) + index * 7_000).toISOString().slice(0, 19).replace('T', ' ');
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('withOffice() is usable from beforeAll on');
  return value;
}
