import { describe, expect, it } from 'vitest';
import { Body, BodyRoom } from '../../src/lib/listener/body.js';
import { ask, Client } from './support/client.js';
import { PATH, post, punchLine } from './support/requests.js';
import { startListener } from './support/started.js';

const MEBIBYTE = 1_048_576;
const HEAD = `POST ${PATH} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n`;

function inChunks(body: string, size: number): string {
  let framed = '';
  for (let at = 0; at < body.length; at += size) {
    const part = body.slice(at, at + size);
    framed += `${part.length.toString(16)}\r\n${part}\r\n`;
  }
  return framed;
}

describe('a body', () => {
  it('that comes byte by byte takes hardly more memory than it is long', () => {
    const body = new Body(new BodyRoom(MEBIBYTE));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < MEBIBYTE; i += 1) body.add(Buffer.of(i));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MEBIBYTE);
    expect(body.bytes.equals(Buffer.alloc(MEBIBYTE).map((_, i) => i))).toBe(true);
    expect(body.add(Buffer.alloc(1))).toBe(false);
  });

  it('gives its room back, once', () => {
    const room = new BodyRoom(10);
    const body = new Body(room);
    body.add(Buffer.alloc(8));
    expect(room.take(3)).toBe(false);
    body.drop();
    body.drop();
    expect(room.take(10)).toBe(true);
    expect(room.take(1)).toBe(false);
  });
});

describe('room for bodies on their way', () => {
  const line = punchLine(1);

  it('is there again after each body, stored or not', async () => {
    const { port } = await startListener({ settings: { maxBodyBytes: 2 * line.length } });
    const client = await Client.open(port);
    for (let i = 1; i <= 40; i += 1) {
      const answers = await client.send(`${HEAD}${inChunks(line, 5)}0\r\n\r\n`).waitForAnswers(i);
      expect(answers[i - 1]).toMatchObject({ status: 200 });
    }
    for (let i = 0; i < 40; i += 1) {
      const cut = await Client.open(port);
      cut.send(HEAD + inChunks(line, 5)).destroy();
      const tooLong = await Client.open(port);
      tooLong.send(`${HEAD}${inChunks(line.repeat(3), 5)}0\r\n\r\n`);
      expect((await tooLong.waitForAnswer()).status).toBe(413);
    }
    expect((await ask(port, `${HEAD}${inChunks(line, 5)}0\r\n\r\n`)).status).toBe(200);
  });

  it('is bounded: who finds none is told to try again, and small requests are served', async () => {
    const full = line.repeat(40);
    const { port } = await startListener({ settings: { maxBodyBytes: full.length } });
    const holders = await Promise.all(Array.from({ length: 16 }, () => Client.open(port)));
    for (const holder of holders) holder.send(HEAD + inChunks(full, 500));
    const chunked = `${HEAD}${inChunks(full, 500)}0\r\n\r\n`;
    // Until all of theirs has come there is room.
    await expect.poll(async () => (await ask(port, chunked)).status).toBe(413);
    expect((await ask(port, post(line))).status).toBe(200);
    for (const holder of holders) holder.destroy();
    await expect.poll(async () => (await ask(port, chunked)).status).toBe(200);
  });
});
