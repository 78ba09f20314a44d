/** The two tables of the bench: the one that hip makes and fills, and its equal for LOAD DATA. */
import { createReadStream } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { runHip } from './sync-hip.js';

export const DATABASE = 'hip_bench';
const COLUMNS = 'device_sn, user_id, check_time, status, verify_type, raw_data';
const PIECE_BYTES = 1_048_576;

export async function createTables({ url, port }) {
  const connection = await createConnection({ uri: url, charset: 'UTF8MB4_BIN', flags: ['LOCAL_FILES'] });
  await connection.query(`CREATE DATABASE ${DATABASE}`);
  await runHip(['test-db', '--create'], { port });
  await connection.query(`USE ${DATABASE}`);
  await connection.query('CREATE TABLE loaded LIKE device_logs');
  const empty = async () => {
    for (const table of ['device_logs', 'loaded']) await connection.query(`TRUNCATE ${table}`);
  };
  return {
    connection,
    /** Row by row the same, or this throws; empties both. */
    async compare(lines) {
      const [hip, loaded] = await Promise.all(
        ['device_logs', 'loaded'].map((table) => sumOf(connection, table)),
      );
      if (hip !== loaded || !hip.startsWith(`${lines} `)) {
        throw new Error(`The tables differ: hip ${hip}, LOAD DATA ${loaded}, lines ${lines}`);
      }
      await empty();
    },
    empty,
    close: () => connection.end(),
  };
}

/** @returns seconds */
export async function loadData({ connection }, file) {
  const startMs = performance.now();
  await connection.query({
    sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE loaded CHARACTER SET utf8mb4 (${COLUMNS})`,
    infileStreamFactory: () => createReadStream(file, { highWaterMark: PIECE_BYTES }),
  });
  return (performance.now() - startMs) / 1000;
}

async function sumOf(connection, table) {
  const [[row]] = await connection.query(
    `SELECT CONCAT(COUNT(*), ' ', BIT_XOR(CAST(CONV(LEFT(MD5(CONCAT_WS('|', ${COLUMNS})), 15), 16, 10) AS UNSIGNED))) AS s
     FROM ${table}`,
  );
  return row.s;
}
