import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll } from 'vitest';

export type Row = Record<string, unknown>;

/** A schema of its own on the test server; usable from `beforeAll` on. */
export interface TestDatabase {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The schema's name. */
  readonly database: string;
  /** `mysql://user:password@host:port/schema` */
  readonly url: string;
  /** Runs one statement in the schema with full rights. DATETIME comes as text. */
  sql(statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Call at the top of a test file or `describe`: makes a fresh schema before its tests and drops it after. */
export function withDatabase(): TestDatabase {
  const server = serverUrl();
  const database = `hip_test_${randomBytes(5).toString('hex')}`;
  let connection: Connection | undefined;

  beforeAll(async () => {
    connection = await createConnection({ uri: server.href, dateStrings: true });
    await connection.query(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`);
    await connection.query(`USE \`${database}\``);
  });
  afterAll(async () => {
    await connection?.query(`DROP DATABASE IF EXISTS \`${database}\``);
    await connection?.end();
  });

  const url = new URL(server.href);
  url.pathname = `/${database}`;
  return {
    host: server.hostname,
    port: Number(server.port || 3306),
    user: decodeURIComponent(server.username),
    password: decodeURIComponent(server.password),
    database,
    url: url.href,
    async sql(statement, values = []) {
      if (!connection) throw new Error('withDatabase() is usable from beforeAll on');
      const [rows] = await connection.query(statement, [...values]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
  };
}

function serverUrl(): URL {
  const url = process.env.HIP_TEST_MYSQL_URL;
  if (!url) throw new Error('HIP_TEST_MYSQL_URL is not set: run the tests through vitest.config.ts');
  return new URL(url);
}
