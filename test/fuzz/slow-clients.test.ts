import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../support/exchange.js';
import { answerOf, Clients, post } from './clients.js';
import { type Memory, withTarget } from './target.js';

/**
 * What nobody sends by mistake. Each ends with the same: still serving, nothing unhandled, memory back. What one such
 * connection is answered, test/listener has for each kind; here it is about many of them, and about what stays.
 */
describe.runIf(process.platform === 'linux')('slow clients, two hundred at once', () => {
  const target = withTarget({ headerTimeoutMs: 2_000, bodyTimeoutMs: 3_000, idleTimeoutMs: 4_000 });
  const clients = new Clients(() => target.port);
  let calm: Memory;

  beforeAll(async () => {
    // Code is compiled and statements opened with the first of them.
    for (let i = 0; i < 50; i += 1) await exchange(target.port, Buffer.from(post(`${i}`, `900${i}`)));
    await target.expectServing();
    calm = await target.memory();
  });
  afterEach(async () => {
    clients.close();
    await target.expectServing();
    await target.expectSound();
    await expect.poll(async () => (await target.status()).listener?.openSockets, WAIT).toBeLessThan(10);
    await target.expectHeldBack(calm);
    await target.expectResidentBack(calm);
  });

  it.each([
    ['a head', 'GET /iclock/getrequest?SN=SLOW'],
    ['headers without end', 'GET /iclock/getrequest?SN=SLOW HTTP/1.1\r\n'],
    ['a body', 'POST /iclock/cdata?SN=SLOW&table=ATTLOG HTTP/1.1\r\nContent-Length: 9999\r\n\r\n'],
    ['chunks', 'POST /iclock/cdata?SN=SLOW&table=ATTLOG HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a body without length', 'POST /iclock/cdata?SN=SLOW&table=ATTLOG HTTP/1.1\r\n\r\n'],
  ])(
    'slowloris: %s in drops',
    async (what, start) => {
      const sockets = await clients.open(200);
      for (const socket of sockets) socket.write(start);
      const drop = what === 'chunks' ? '1\r\nx\r\n' : 'x';
      const dripping = setInterval(() => {
        for (const socket of sockets) if (socket.writable) socket.write(drop);
      }, 100);
      await target.expectServing();
      const answers = await Promise.all(sockets.map(answerOf));
      clearInterval(dripping);
      expect(answers.filter((answer) => /^HTTP\/1\.1 200/.test(answer))).toEqual([]);
      expect(target.usersOf('SLOW')).toEqual([]);
    },
    120_000,
  );
});

const WAIT = { timeout: 30_000, interval: 50 };
