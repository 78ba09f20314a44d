import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { connectTo, type TestConnection } from './connection.js';
import type { TestDatabase } from './database.js';
import { type Mariadb, startMariadb } from './mariadb.js';

/** A schema on a server that nobody else uses, so that the server as a whole may be maltreated. */
export interface PrivateDatabase extends TestDatabase {
  readonly server: Mariadb;
  /** A session of its own with full rights; whoever opens it closes it. */
  connect(): Promise<TestConnection>;
}

/**
 * Call at the top of a `describe`, like `withDatabase`.
 * @param parts.folder where the server's data folder is to be; in a temporary folder by default
 */
export function withPrivateDatabase(parts: { readonly folder?: string } = {}): PrivateDatabase {
  const database = `hip_test_${randomBytes(5).toString('hex')}`;
  let running: Mariadb | undefined;
  const server = (): Mariadb => {
    if (!running) throw new Error('withPrivateDatabase() is usable from beforeAll on');
    return running;
  };
  const connect = (): Promise<TestConnection> => connectTo(`${server().url}/${database}`);

  beforeAll(async () => {
    running = await startMariadb([], parts.folder);
    const session = await connectTo(running.url);
    await session.sql(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`);
    await session.close();
  });
  afterAll(() => running?.close());

  return {
    ...{ host: '127.0.0.1', user: 'root', password: '', database, connect },
    get server() {
      return server();
    },
    get port() {
      return server().port;
    },
    get url() {
      return `${server().url}/${database}`;
    },
    // Each time anew: connections of yesterday do not outlive what is done to the server.
    async sql(statement, values = []) {
      const session = await connect();
      try {
        return await session.sql(statement, values);
      } finally {
        await session.close();
      }
    },
  };
}
