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
    const body = new Body(new BodyRoom(MEBIBYTE), MEBIBYTE);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < MEBIBYTE; i += 1) body.add(Buffer.of(i));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MEBIBYTE);
    expect(body.bytes.equals(Buffer.alloc(MEBIBYTE).map((_, i) => i))).toBe(true);
    expect(body.add(Buffer.alloc(1))).toBe(false);
  });

  it('gives its room back, once', () => {
    const room = new BodyRoom(10);
    const body = new Body(room, 10);
    body.add(Buffer.alloc(8));
    expect(room.take(3)).toBe(false);
    body.drop();
    body.drop();
    expect(room.take(10)).toBe(true);
    expect(room.take(1)).toBe(false);
  });

  it('takes room for its memory, not only for what fills it', () => {
    const room = new BodyRoom(32);
    const body = new Body(room, 20);
    body.add(Buffer.alloc(12));
    expect(body.add(Buffer.alloc(1))).toBe(true);
    expect(room.take(13)).toBe(false);
    expect(room.take(12)).toBe(true);
    expect(body.add(Buffer.alloc(7))).toBe(true);
    expect(body.add(Buffer.alloc(1))).toBe(false);
  });

  it('keeps of a packet no more than its part of it', () => {
    const body = new Body(new BodyRoom(MEBIBYTE), MEBIBYTE);
    body.add(Buffer.alloc(65_536, 'x').subarray(100, 101));
    expect(body.bytes.toString()).toBe('x');
    expect(body.bytes.buffer.byteLength).toBeLessThan(100);
  });
});

describe('room for bodies on their way', () => {
  const line = punchLine(1);
  const rest = line.repeat(Math.floor(4_096 / line.length));

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

  it('is taken by small requests, too, while their rest is awaited', async () => {
    const { port } = await startListener({ settings: { maxBodyBytes: 4_096 } });
    const holders = await Promise.all(Array.from({ length: 17 }, () => Client.open(port)));
    for (const holder of holders) holder.send(post(rest).slice(0, -5));
    await expect.poll(async () => (await splitPost(port)).status).toBe(413);
    expect((await ask(port, post(line))).status).toBe(200);
    for (const holder of holders) holder.destroy();
    await expect.poll(async () => (await splitPost(port)).status).toBe(200);
  });

  async function splitPost(port: number) {
    const client = await Client.open(port);
    client.send(post(rest).slice(0, -5));
    // Whoever finds no room hears it before the end; all others get through with it.
    await Promise.race([client.waitForAnswer().catch(() => null), ask(port, post(line))]);
    return client.send(post(rest).slice(-5)).waitForAnswer();
  }
});

describe('large bodies', () => {
  const large = (user: number) => punchLine(user).padStart(100_000, '\n');

  it('are read one after the other, small requests in between, and none is forgotten', async () => {
    const commits: (() => void)[] = [];
    const { port, users } = await startListener({
      between: (journal) => ({
        append: async (entry) => {
          if (entry.punches.some(({ userId }) => Number(userId) < 100)) {
            await new Promise<void>((resolve) => commits.push(resolve));
          }
          return journal.append(entry);
        },
        deviceState: (sn) => journal.deviceState(sn),
        pendingCommands: (sn) => journal.pendingCommands(sn),
      }),
    });
    const clients = await Promise.all(Array.from({ length: 4 }, () => Client.open(port)));
    for (const [i, client] of clients.entries()) client.send(post(large(i + 1)));
    // Sent whole, and gone before it is read.
    clients[3]!.end();
    for (let turn = 1; turn <= clients.length; turn += 1) {
      await expect.poll(() => commits.length).toBe(turn);
      expect((await ask(port, post(punchLine(100 + turn)))).body).toBe('OK: 1');
      expect(commits).toHaveLength(turn);
      commits.at(-1)!();
    }
    for (const client of clients) expect((await client.waitForAnswer()).body).toBe('OK: 1');
    expect(
      users()
        .filter((user) => Number(user) < 100)
        .sort(),
    ).toEqual(['1', '2', '3', '4']);
  });
});
