import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSession } from '../../src/lib/sinks/mysql/connection.js';
import { isConnectionLoss } from '../../src/lib/sinks/mysql/verdicts.js';
import { connectTo } from '../support/connection.js';
import { withDatabase } from '../support/database.js';
import { punch, punches, settingsFor, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);

test('a row that another program has locked holds up no other rows for long', async () => {
  const sink = createSink();
  await sink.probe();
  await sink.write(punches(1));
  const other = await connectTo(database.url);
  onTestFinished(() => other.close());
  await other.sql('BEGIN');
  await other.sql(
    "INSERT INTO device_logs (device_sn, user_id, check_time, status, verify_type) VALUES ('SIM1', '1', ?, 0, 1)",
    [punch(2).time],
  );
  let isThrough = false;
  const locked = sink.write([punch(2)]).finally(() => {
    isThrough = true;
  });
  expect(await sink.write([punch(3)])).toMatchObject({ accepted: [3], inserted: 1 });
  expect(isThrough).toBe(false);
  await other.sql('ROLLBACK');
  expect(await locked).toMatchObject({ accepted: [2], inserted: 1 });
});

test('a statement on a line that was reset meanwhile is told as a lost line, for which a fresh one is tried', async () => {
  const lines: Socket[] = [];
  const router = createServer((line) => {
    const server = connect({ host: database.host, port: database.port });
    lines.push(line);
    line.pipe(server).pipe(line);
    line.on('error', () => undefined).on('close', () => server.destroy());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void router.close());
  await once(router, 'listening');
  const { port } = router.address() as AddressInfo;
  const session = await openSession(settingsFor(database, { host: '127.0.0.1', port }));
  lines[0]?.resetAndDestroy();
  await vi.waitFor(() => expect(session.alive).toBe(false), 10_000);
  await expect(session.execute('DO 1')).rejects.toSatisfy(isConnectionLoss);
});
