import { expect, test } from 'vitest';
import { withDatabase } from './database.js';
import { startMariadb } from './mariadb.js';

const database = withDatabase();

test('the test server gives each file a schema of its own', async () => {
  const [row] = await database.sql('SELECT DATABASE() AS name');
  expect(row).toEqual({ name: database.database });
});

test('a private server keeps port and data over a restart', async () => {
  const server = await startMariadb();
  try {
    const { port, pid } = server;
    await server.stop();
    expect(server.pid).toBeUndefined();
    await server.start();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
  } finally {
    await server.close();
  }
});
