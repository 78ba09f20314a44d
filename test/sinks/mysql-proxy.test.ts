import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../src/lib/log.js';
import { createMysqlSink } from '../../src/lib/sinks/mysql.js';
import { settingsFor } from './mysql-rig.js';

const GREETING = Buffer.concat([
  Buffer.from('\x0a8.0.0\0\x01\0\0\x0012345678\0', 'latin1'),
  Buffer.from([0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]),
  Buffer.alloc(10),
  Buffer.from('123456789012\0mysql_native_password\0', 'latin1'),
]);
const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

function packet(sequence: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);
}

/** A proxy without a server behind it, that says OK to whatever it is asked. */
async function startYesSayer(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).write(packet(0, GREETING));
    let isLoggedIn = false;
    socket.on('data', () => {
      socket.write(packet(isLoggedIn ? 1 : 2, OK));
      isLoggedIn = true;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

it('a server that has no rows to answer with is a fault to wait for, not a bug', async () => {
  const target = { host: '127.0.0.1', port: await startYesSayer(), user: 'u', password: 'p', database: 'd' };
  const sink = createMysqlSink(settingsFor(target), silentLog);
  onTestFinished(() => sink.close());
  const { faults } = await sink.probe();
  expect(faults).not.toEqual([]);
});
