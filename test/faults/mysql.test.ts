import { describe, expect, it } from 'vitest';
import type { LineFault } from './mysql-proxy.js';
import { tell, withOffice } from './office.js';

const WAIT = { timeout: 120_000, interval: 20 };
const LOAD = { count: 400, rate: 200 };

/** What servers and lines do; hip must keep, wait, and deliver each punch once when it is over. */
const FAULTS: readonly { readonly name: string; readonly fault: LineFault }[] = [
  { name: 'nobody listens', fault: { kind: 'refuses' } },
  { name: 'connections hang', fault: { kind: 'hangs' } },
  { name: 'the line is half open', fault: { kind: 'half-open' } },
  { name: 'rows written, the answer lost', fault: { kind: 'breaks-after-write', times: 3 } },
  { name: 'deadlock (1213)', fault: { kind: 'error', errno: 1213, sqlState: '40001', times: 3 } },
  { name: 'lock wait timeout (1205)', fault: { kind: 'error', errno: 1205, sqlState: 'HY000', times: 3 } },
  { name: 'read only (1290)', fault: { kind: 'error', errno: 1290, sqlState: 'HY000', times: 3 } },
  { name: 'table full (1114)', fault: { kind: 'error', errno: 1114, sqlState: 'HY000', times: 3 } },
  { name: 'disk full (1021)', fault: { kind: 'error', errno: 1021, sqlState: 'HY000', times: 3 } },
  { name: 'too many connections (1203)', fault: { kind: 'error', errno: 1203, sqlState: '42000', times: 3 } },
  { name: 'shutting down (1053)', fault: { kind: 'error', errno: 1053, sqlState: '08S01', times: 3 } },
  { name: 'no right to write (1142)', fault: { kind: 'error', errno: 1142, sqlState: '42000', times: 3 } },
  {
    name: 'an error nobody has heard of',
    fault: { kind: 'error', errno: 65_000, sqlState: 'HY000', times: 3 },
  },
];

describe('laws 2 and 4: what MySQL and the line to it do', () => {
  const office = withOffice();

  it.each(FAULTS)(
    '$name',
    async ({ name, fault }) => {
      await office.serve();
      office.proxy.set(fault);
      const before = office.acknowledged();
      const load = office.load('adms', LOAD);
      // Devices hear OK whatever the database does: their punches are on this PC's disk.
      await expect.poll(() => office.acknowledged(), WAIT).toBe(before + LOAD.count);
      await expect.poll(() => office.proxy.strikes, WAIT).toBeGreaterThan(0);
      expect(await load.ended).toBe(0);
      office.proxy.set({ kind: 'none' });
      const sum = await office.settle({ loadsEnd: true });
      tell(`MySQL: ${name}`, { times: 1, punches: sum.rows });
    },
    300_000,
  );
});

/** Done to the server itself, as its administrator would. */
describe('laws 2 and 4: what is done to the table', () => {
  const office = withOffice();

  async function deliver(dialect: 'adms' | 'fkweb'): Promise<void> {
    await office.serve();
    expect(await office.load(dialect, LOAD).ended).toBe(0);
  }

  it('a column is gone for a while', async () => {
    await deliver('fkweb');
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    await office.database.sql('ALTER TABLE device_logs CHANGE COLUMN raw_data raw_gone TEXT');
    await deliver('adms');
    await expect.poll(async () => (await office.program.status()).sink.error, WAIT).not.toBeNull();
    expect((await office.program.status()).journal).toMatchObject({ waiting: LOAD.count, rejected: 0 });
    await office.database.sql('ALTER TABLE device_logs CHANGE COLUMN raw_gone raw_data TEXT');
    const sum = await office.settle({ loadsEnd: true });
    tell('MySQL: a column is gone for a while', { times: 1, punches: sum.rows });
  }, 300_000);

  it('the table is dropped: made anew, and filled again by hip redeliver', async () => {
    await deliver('adms');
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    await office.database.sql('DROP TABLE device_logs');
    await deliver('fkweb');
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    const redeliver = office.program.spawn(['redeliver', '--from', '2000-01-01']);
    expect(await redeliver.ended).toBe(0);
    const sum = await office.settle({ loadsEnd: true });
    tell('MySQL: the table is dropped', { times: 1, punches: sum.rows });
  }, 300_000);
});

describe('law 4: strict mode refuses some rows', () => {
  const office = withOffice();

  it('only these wait for a person, and go once the table takes them', async () => {
    await office.database.sql(
      `CREATE TABLE device_logs (id BIGINT AUTO_INCREMENT PRIMARY KEY, device_sn VARCHAR(64) NOT NULL,
        user_id VARCHAR(64) NOT NULL, check_time DATETIME NOT NULL, status INT, verify_type INT, raw_data TEXT,
        UNIQUE KEY one_punch (device_sn, user_id, check_time),
        CONSTRAINT only_digits CHECK (user_id REGEXP '^[0-9]+$')) COLLATE utf8mb4_bin`,
    );
    await office.serve();
    const load = office.load('adms', LOAD);
    expect(await load.ended).toBe(0);
    await expect.poll(async () => (await office.program.status()).sink.error, WAIT).toBe(null);
    await expect.poll(async () => (await office.program.status()).journal.waiting, WAIT).toBe(0);
    expect((await office.program.status()).sink).toMatchObject({ error: null });
    const { rejected } = (await office.program.status()).journal;
    expect(rejected).toBeGreaterThan(0);
    await office.database.sql('ALTER TABLE device_logs DROP CONSTRAINT only_digits');
    const retry = office.program.spawn(['punches', 'retry', '--state', 'rejected']);
    expect(await retry.ended).toBe(0);
    const sum = await office.settle({ loadsEnd: true });
    expect(sum.rows).toBe(LOAD.count);
    tell('MySQL: strict mode refuses some rows', { times: rejected, punches: sum.rows });
  }, 300_000);
});

describe('law 4: the account of the database', () => {
  const office = withOffice();

  it.each([
    {
      name: 'its password was changed',
      begin: (name: string) => `ALTER USER ${name} IDENTIFIED BY 'another'`,
      end: (name: string, password: string) => `ALTER USER ${name} IDENTIFIED BY '${password}'`,
    },
    {
      name: 'it may write no more',
      begin: (name: string, _: string, schema: string) => `REVOKE ALL ON \`${schema}\`.* FROM ${name}`,
      end: (name: string, _: string, schema: string) => `GRANT ALL ON \`${schema}\`.* TO ${name}`,
    },
  ])(
    '$name, and that is put right',
    async ({ name, begin, end }) => {
      const { account, database } = office;
      const { name: login, password, user } = account;
      await office.serve();
      await database.sql(begin(login, password, database.database));
      // Who is logged in stays so.
      await database.sql(`KILL USER ${user}`);
      expect(await office.load('fkweb', LOAD).ended).toBe(0);
      await expect.poll(async () => (await office.program.status()).sink.error, WAIT).not.toBeNull();
      await database.sql(end(login, password, database.database));
      const sum = await office.settle({ loadsEnd: true });
      tell(`MySQL: ${name}`, { times: 1, punches: sum.rows });
    },
    300_000,
  );
});
