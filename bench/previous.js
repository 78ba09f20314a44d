/**
 * The yardstick that hip's users know: the previous system's way, faithfully. One thread; for each line of a request a
 * connection to the database, one INSERT, and the connection closed; then OK, whatever came of it.
 *
 *   npm run bench -- previous [--seconds 10] [--lines 100]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { isMain } from './report.js';
import { startMariadb } from './sync-mariadb.js';

const here = dirname(fileURLToPath(import.meta.url));
const SETTLE_SECONDS = 1;

/** @returns punches per second that reach the database */
export async function measurePrevious({ lines = 100, seconds = 10, connections = 4 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hip-bench-previous-'));
  const database = await startMariadb(folder);
  const load = fork(join(here, 'load.js'));
  const server = createServer((request, response) => receive(request, response, database.url));
  try {
    await prepare(database.url);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    load.send({ port, connections, lines, seconds, warmUpSeconds: SETTLE_SECONDS, run: 0 });
    await once(load, 'message');
    return (await countRows(database.url)) / (seconds + SETTLE_SECONDS);
  } finally {
    load.kill();
    server.closeAllConnections();
    server.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(url) {
  const connection = await createConnection(url);
  await connection.query('CREATE DATABASE previous');
  await connection.query(
    `CREATE TABLE previous.device_logs (id INT AUTO_INCREMENT PRIMARY KEY, device_sn VARCHAR(50), user_id VARCHAR(50),
     check_time DATETIME, status INT, verify_type INT, raw_data TEXT)`,
  );
  await connection.end();
}

/** It counts what is there, not what was answered: the previous system answered OK to failures as well. */
async function countRows(url) {
  const connection = await createConnection(url);
  const [[{ n }]] = await connection.query('SELECT COUNT(*) AS n FROM previous.device_logs');
  await connection.end();
  return n;
}

/** One request at a time, as a single thread has it. */
let queue = Promise.resolve();

function receive(request, response, url) {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    queue = queue.then(async () => {
      const sn = new URL(request.url, 'http://localhost').searchParams.get('SN');
      for (const line of Buffer.concat(pieces).toString().split('\n').filter(Boolean))
        await insert(url, sn, line);
      response.end('OK');
    });
  });
}

async function insert(url, sn, line) {
  const [user, time, status, verify] = line.split('\t');
  const connection = await createConnection(url);
  const values = [sn, user, time, status, verify, line];
  await connection.query(
    'INSERT INTO previous.device_logs (device_sn, user_id, check_time, status, verify_type, raw_data) VALUES (?, ?, ?, ?, ?, ?)',
    values,
  );
  await connection.end();
}

async function main() {
  const options = { seconds: { type: 'string', default: '10' }, lines: { type: 'string', default: '100' } };
  const { values } = parseArgs({ allowPositionals: true, options });
  const rate = await measurePrevious({ seconds: Number(values.seconds), lines: Number(values.lines) });
  process.stdout.write(`the previous way: ${rate.toFixed(0)} punches/s\n`);
}

if (isMain('previous', import.meta.url)) await main();
