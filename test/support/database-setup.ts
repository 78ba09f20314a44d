import { startMariadb } from './mariadb.js';

/** Vitest's global setup: one server for all test files, unless `HIP_TEST_MYSQL_URL` names one. */
export default async function setUpDatabase(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.HIP_TEST_MYSQL_URL) return undefined;
  const server = await startMariadb();
  process.env.HIP_TEST_MYSQL_URL = server.url;
  return () => server.close();
}
