import { createConnection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { withPrivateDatabase } from '../support/private-database.js';
import { tell, withOffice } from './office.js';

const WAIT = { timeout: 120_000, interval: 20 };
const LOAD = { count: 200, rate: 0 };

/** What an administrator does to a server and to an account, done to a real one. */
describe('laws 2 and 4: the state of the server', () => {
  const database = withPrivateDatabase();
  const office = withOffice({ database });

  /** Devices hear OK all the same, hip says what is wrong, and all goes on by itself when it is over. */
  async function outlive(name: string, said: RegExp, end: () => Promise<unknown>): Promise<void> {
    await office.serve();
    expect(await office.load('adms', LOAD).ended).toBe(0);
    await expect.poll(async () => (await office.program.status()).sink.error, WAIT).toMatch(said);
    expect((await office.program.status()).journal.rejected).toBe(0);
    await end();
    const sum = await office.settle({ loadsEnd: true });
    tell(`MariaDB: ${name}`, { times: 1, punches: sum.rows });
  }

  it('read-only, for an account without the right to pass it', async () => {
    await office.serve();
    await database.sql('SET GLOBAL read_only = 1');
    await outlive('read-only', /--read-only/, () => database.sql('SET GLOBAL read_only = 0'));
  }, 300_000);

  it('max_connections reached, by connections that others hold', async () => {
    await office.serve();
    const admin = await database.connect();
    await admin.sql('SET GLOBAL max_connections = 10');
    await admin.sql(`CREATE USER holder IDENTIFIED BY 'holds'`);
    const held: { destroy(): void }[] = [];
    const hold = async (): Promise<boolean> => {
      await admin.sql(`KILL USER ${office.account.user}`);
      const { host, port } = database;
      const opened = createConnection({ host, port, user: 'holder', password: 'holds' });
      const isFull = await opened.then((connection) => held.push(connection) < 0).catch(isTooMany);
      const rows = await admin.sql('SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = ?', [
        office.account.user,
      ]);
      return isFull && rows.length === 0;
    };
    await expect.poll(hold, WAIT).toBe(true);
    await outlive('max_connections reached', /Too many connections/, async () => {
      for (const connection of held) connection.destroy();
      await admin.sql('SET GLOBAL max_connections = DEFAULT');
      await admin.sql('DROP USER holder');
      await admin.close();
    });
  }, 300_000);

  it('as many connections as the account may have, held by another program', async () => {
    await office.serve();
    const { name, user, password } = office.account;
    await database.sql(`ALTER USER ${name} WITH MAX_USER_CONNECTIONS 1`);
    const { host, port } = database;
    const take = async (): Promise<{ destroy(): void }> => {
      await database.sql(`KILL USER ${user}`);
      return createConnection({ host, port, user, password });
    };
    const held = await until(take);
    await outlive('max_user_connections reached', /max_user_connections/, async () => {
      held.destroy();
      await database.sql(`ALTER USER ${name} WITH MAX_USER_CONNECTIONS 0`);
    });
  }, 300_000);

  it.each([
    {
      name: 'the password has expired, and the account may only change it',
      disconnects: 'OFF',
      said: /must SET PASSWORD/,
    },
    {
      name: 'the password has expired, and the account is not let in',
      disconnects: 'ON',
      said: /To log in you must change it/,
    },
  ])(
    '$name',
    async ({ name, disconnects, said }) => {
      await office.serve();
      const { account } = office;
      await database.sql(`SET GLOBAL disconnect_on_expired_password = ${disconnects}`);
      await database.sql(`ALTER USER ${account.name} PASSWORD EXPIRE`);
      await database.sql(`KILL USER ${account.user}`);
      await outlive(name, said, () =>
        database.sql(`ALTER USER ${account.name} IDENTIFIED BY '${account.password}'`),
      );
    },
    300_000,
  );

  it('the account is locked', async () => {
    await office.serve();
    const { account } = office;
    await database.sql(`ALTER USER ${account.name} ACCOUNT LOCK`);
    await database.sql(`KILL USER ${account.user}`);
    await outlive('the account is locked', /this account is locked/, () =>
      database.sql(`ALTER USER ${account.name} ACCOUNT UNLOCK`),
    );
  }, 300_000);
});

function isTooMany(error: unknown): boolean {
  const { errno } = error as { errno?: number };
  if (errno !== 1040) throw error;
  return true;
}

/** Another may be faster: again until it is ours. */
async function until<T>(take: () => Promise<T>): Promise<T> {
  let taken: T | undefined;
  await expect
    .poll(async () => {
      taken = await take();
      return taken !== undefined;
    }, WAIT)
    .toBe(true);
  return taken!;
}
