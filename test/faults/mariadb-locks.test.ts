import { describe, expect, it } from 'vitest';
import type { TestConnection } from '../support/connection.js';
import { withPrivateDatabase } from '../support/private-database.js';
import { PLAN } from './dice.js';
import { type Identity, tell, withOffice } from './office.js';

const WAIT = { timeout: 120_000, interval: 20 };
/** InnoDB tells the same as before to whoever asks again within a tenth of a second. */
const LOOK = { ...WAIT, interval: 250 };
const LOAD = { count: 200, rate: 0 };

/** The real server, and on it another session that stands in hip's way. */
describe('laws 2 and 4: who else is at the table', () => {
  const database = withPrivateDatabase();
  const office = withOffice({ database });

  /** Punches that hip was told of and MySQL was not: they come all at once when the line is there again. */
  async function holdBack(): Promise<readonly Identity[]> {
    await office.serve();
    const before = office.told().length;
    office.proxy.set({ kind: 'refuses' });
    const load = office.load('adms', LOAD);
    expect(await load.ended).toBe(0);
    await expect.poll(async () => (await office.program.status()).sink.error, WAIT).not.toBeNull();
    return office.told().slice(before);
  }

  async function deliver(): Promise<void> {
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
  }

  async function makeTable(): Promise<void> {
    await office.serve();
    expect(await office.load('fkweb', { count: 20, rate: 0 }).ended).toBe(0);
    await deliver();
  }

  it.each([
    { name: 'the table is locked by another', lock: 'LOCK TABLES device_logs WRITE' },
    { name: 'all tables are locked for a backup', lock: 'FLUSH TABLES WITH READ LOCK' },
  ])(
    '$name for longer than hip waits for a statement',
    async ({ name, lock }) => {
      await makeTable();
      const other = await database.connect();
      await other.sql(lock);
      expect(await office.load('adms', LOAD).ended).toBe(0);
      await expect.poll(async () => (await office.program.status()).sink.error, WAIT).not.toBeNull();
      await other.sql('UNLOCK TABLES');
      await other.close();
      const sum = await office.settle({ loadsEnd: true });
      tell(`MariaDB: ${name}`, { times: 1, punches: sum.rows });
    },
    300_000,
  );

  it.each([
    { name: 'gives it up', end: 'ROLLBACK' },
    { name: 'keeps it', end: 'COMMIT' },
  ])(
    'a real lock wait timeout: another writes one of the rows, and $name',
    async ({ name, end }) => {
      await makeTable();
      await database.sql('SET GLOBAL innodb_lock_wait_timeout = 1');
      const held = await holdBack();
      const other = await begin(held[Math.floor(held.length / 2)]!);
      office.proxy.set({ kind: 'none' });
      await expect
        .poll(async () => (await office.program.status()).sink.error, WAIT)
        .toMatch(/Lock wait timeout exceeded/);
      await other.sql(end);
      await other.close();
      await database.sql('SET GLOBAL innodb_lock_wait_timeout = DEFAULT');
      const sum = await office.settle({ loadsEnd: true });
      tell(`MariaDB: lock wait timeout, the other writer ${name}`, { times: 1, punches: sum.rows });
    },
    300_000,
  );

  it(
    'a real deadlock, and hip is the one that is rolled back',
    async () => {
      await makeTable();
      await database.sql('CREATE TABLE ballast (n INT) ENGINE=InnoDB');
      const before = await deadlocks();
      for (let round = 0; round < PLAN.rounds; round += 1) {
        const held = await holdBack();
        const other = await begin(held[Math.floor(held.length / 2)]!);
        // InnoDB rolls back who has changed less.
        await other.sql('INSERT INTO ballast SELECT seq FROM seq_1_to_5000');
        office.proxy.set({ kind: 'none' });
        const theirs = await rowOfHip(held);
        // Both now want what the other has; it is this session that goes on.
        await other.sql(
          'SELECT 1 FROM device_logs WHERE device_sn = ? AND user_id = ? AND check_time = ? FOR UPDATE',
          [...[theirs.deviceSn, theirs.userId, theirs.time]],
        );
        await other.sql('ROLLBACK');
        await other.close();
        await deliver();
      }
      const times = (await deadlocks()) - before;
      expect(times).toBeGreaterThanOrEqual(PLAN.rounds);
      const sum = await office.settle({ loadsEnd: true });
      tell('MariaDB: deadlock', { times, punches: sum.rows });
    },
    300_000 + PLAN.rounds * 60_000,
  );

  /** Another program that writes one of hip's rows, and does not say yet whether it stays. */
  async function begin(row: Identity): Promise<TestConnection> {
    const other = await database.connect();
    await other.sql('BEGIN');
    await other.sql('INSERT INTO device_logs (device_sn, user_id, check_time) VALUES (?, ?, ?)', [
      ...[row.deviceSn, row.userId, row.time],
    ]);
    return other;
  }

  /** A row that hip has written in the statement that is now held up, as only a dirty read shows it. */
  async function rowOfHip(held: readonly Identity[]): Promise<Identity> {
    const dirty = await database.connect();
    await dirty.sql('SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED');
    const stalled = `SELECT COUNT(*) AS count FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'`;
    await expect.poll(async () => Number((await dirty.sql(stalled))[0]?.count), LOOK).toBeGreaterThan(0);
    const rows = await dirty.sql(
      'SELECT device_sn AS deviceSn, user_id AS userId, check_time AS time FROM device_logs',
    );
    await dirty.close();
    const there = new Set(rows.map(textOf));
    const own = held
      .filter((_, i) => i !== Math.floor(held.length / 2))
      .find((row) => there.has(textOf(row)));
    if (!own) throw new Error('hip has written none of its rows');
    return own;
  }

  async function deadlocks(): Promise<number> {
    const [row] = await database.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    return Number(row?.Value);
  }
});

function textOf(row: object): string {
  const { deviceSn, userId, time } = row as Identity;
  return [deviceSn, userId, time].join(' ');
}
