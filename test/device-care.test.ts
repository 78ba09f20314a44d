import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/lib/app.js';
import { loadConfig } from '../src/lib/config.js';
import { queueCommand } from '../src/lib/device-commands/queue.js';
import type { Journal } from '../src/lib/journal/journal.js';
import { openJournal } from '../src/lib/journal/open.js';
import { silentLog } from '../src/lib/log.js';
import { wallSeconds, wallText } from '../src/lib/punch.js';
import { type RunningServe, startServe } from '../src/lib/shell/serve/serve-app.js';

/** The whole of hip over real sockets; only the wall clock is the test's. */
let folder: string;
let now: string;
let serve: RunningServe | null;
let journal: Journal;

const nowMs = (): number => wallSeconds(now) * 1000;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-care-'));
  now = '2026-11-22 12:00:00';
  serve = await start();
  journal = openJournal({ dataDir: folder, clock: () => new Date(nowMs()) });
});
afterEach(async () => {
  journal.close();
  await serve?.stop();
  rmSync(folder, { recursive: true });
});

function start(settings: Readonly<Record<string, unknown>> = {}): Promise<RunningServe> {
  const flags = {
    dataDir: folder,
    'serve.port': 0,
    'serve.host': '127.0.0.1',
    'serve.statusPort': 0,
    'serve.timeZone': '+00:00',
    ...settings,
  };
  const loaded = loadConfig({ cwd: folder, env: {}, flags });
  return startServe(loaded, { version: '0.0.0', log: silentLog, clock: { ...systemClock, nowMs } });
}

async function restart(settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await serve?.stop();
  serve = null;
  serve = await start(settings);
}

function later(seconds: number): void {
  now = wallText(wallSeconds(now) + seconds);
}

const SN = 'CQZ0000000001';

interface Call {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** On a connection of its own: the clock's leaps make kept ones look idle for hours. */
async function call({
  path,
  headers = {},
  body,
}: Call): Promise<{ head: IncomingHttpHeaders; text: string }> {
  const method = body === undefined ? 'GET' : 'POST';
  const port = serve?.address.port;
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return { head: incoming.headers, text: Buffer.concat(chunks).toString() };
}

async function adms(path: string, body?: string): Promise<string> {
  return (await call({ path: `/iclock/${path}`, body })).text;
}

const handshake = (): Promise<string> => adms(`cdata?SN=${SN}&options=all&pushver=2.4.1`);
const poll = (): Promise<string> => adms(`getrequest?SN=${SN}`);

async function fk(requestCode: string, body: object): Promise<IncomingHttpHeaders> {
  const headers = { request_code: requestCode, dev_id: SN, dev_model: 'T', trans_id: '', blk_no: '0' };
  return (await call({ path: '/', headers, body: JSON.stringify(body) })).head;
}

/** From the disk: another process wrote them. */
function factsOf(): Readonly<Record<string, string>> {
  return journal.devices().find(({ sn }) => sn === SN)?.facts ?? {};
}

const fkPunch = (time: string) =>
  fk('realtime_glog', { userId: '7', time, ioMode: 1, inOut: 'IN', verifyMode: 'FP' });

describe('a clock that falls back twice', () => {
  it('makes two punches of one second: the second goes to a person, with the first beside it', async () => {
    await fk('receive_cmd', { time: '20261122120000' });
    later(3_600);
    // The factory date is set in the same answer (1.9).
    const answer = await fk('receive_cmd', { time: '20000101000200' });
    expect(answer.cmd_code).toBe('SET_TIME');
    later(220);
    await fkPunch('20000101000540');
    expect(journal.totals()).toMatchObject({ waiting: 1, quarantined: 0 });
    await fkPunch('20000101000540');
    expect(journal.totals()).toMatchObject({ waiting: 1, duplicates: 1, quarantined: 0 });
    later(60);
    await fk('receive_cmd', { time: '20261122130440' });

    later(86_400);
    await fk('receive_cmd', { time: '20000101000100' });
    later(280);
    for (let i = 0; i < 2; i += 1) expect((await fkPunch('20000101000540')).response_code).toBe('OK');
    expect(journal.totals()).toMatchObject({ waiting: 1, duplicates: 1, quarantined: 1 });
    const [item] = journal.quarantine();
    expect(item).toMatchObject({ deviceSn: SN, count: 2 });
    const text = new TextDecoder().decode(journal.quarantineItem(item!.id)?.content);
    expect(text.match(/"time":"20000101000540"/g)).toHaveLength(2);
    expect([...journal.punches({})]).toMatchObject([{ suspect: 'before-2020', userId: '7' }]);
  });
});

describe('clocks', () => {
  it('are shown, and forgotten by a set-time until the next proof', async () => {
    const live = (time: string) => adms(`cdata?SN=${SN}&table=ATTLOG`, `7\t${time}\t0\t1\n`);
    await handshake();
    for (const time of ['11:50:00', '11:51:10']) {
      await live(`2026-11-22 ${time}`);
      later(70);
    }
    expect(factsOf().clockOffsetSeconds).toBe('-600');
    const { id } = queueCommand(journal, { deviceSn: SN, verb: 'set-time' });
    await expect.poll(poll, { timeout: 10_000 }).toBe(`C:${id}:CHECK\n`);
    await adms(`devicecmd?SN=${SN}`, `ID=${id}&Return=0&CMD=CHECK\n`);
    await expect.poll(() => factsOf().clockOffsetSeconds, { timeout: 10_000 }).toBe('');
  });

  it('are set once where that is wanted', async () => {
    await restart({ 'clock.autoSet': true });
    const rtstate = (time: string) =>
      adms(`cdata?SN=${SN}&table=rtstate`, `time=${time}\tsensor=00\trelay=00\talarm=0200000000000000\n`);
    await rtstate('2026-11-22 11:00:00');
    await expect.poll(() => journal.commands(SN), { timeout: 10_000 }).toMatchObject([{ verb: 'set-time' }]);
    later(10);
    await rtstate('2026-11-22 11:00:10');
    expect(factsOf().clockSetQueuedAt).toBe('2026-11-22T12:00:00.000Z');
    expect(journal.commands(SN)).toHaveLength(1);
  });
});

describe('back-fill', () => {
  const resends = () => journal.commands(SN).filter(({ verb }) => verb === 'resend');

  it('asks for what a device noted while hip was away, once', async () => {
    expect(await handshake()).toContain('ATTLOGStamp=0');
    await adms(`cdata?SN=${SN}&table=ATTLOG&Stamp=9999`, '7\t2026-11-22 11:59:00\t0\t1\n');
    await serve?.stop();
    serve = null;
    later(10_800);
    await restart();
    expect(await poll()).toBe('OK');
    const asked = 'DATA QUERY ATTLOG StartTime=2026-11-22 11:00:00\tEndTime=2026-11-22 16:00:00';
    await expect.poll(poll, { timeout: 10_000 }).toContain(asked);
    await adms(`devicecmd?SN=${SN}`, `ID=${resends()[0]?.id}&Return=1&CMD=DATA QUERY\n`);
    await restart();
    later(30);
    await poll();
    later(90);
    await poll();
    expect(resends()).toMatchObject([{ state: 'done', returnCode: '1' }]);
  });

  it('asks a device that is new to the journal for everything, once it has nothing to tell any more', async () => {
    const ask = async () => (await fk('receive_cmd', { time: '20261122120000' })).cmd_code;
    await fkPunch('20261122115900');
    await expect.poll(ask, { timeout: 10_000 }).toBe('GET_LOG_DATA');
    expect(resends()).toMatchObject([{ text: '', state: 'sent' }]);
  });

  it('can be switched off', async () => {
    await handshake();
    const device = { sn: SN, facts: { clockOffsetSeconds: '5' } };
    await journal.append({ source: 'adms', receivedAt: new Date(nowMs()), punches: [], device });
    later(10_800);
    await restart({ 'backfill.auto': false });
    await poll();
    // What a set-time makes it forget shows that a turn has passed in which it would have asked.
    const { id } = queueCommand(journal, { deviceSn: SN, verb: 'set-time' });
    await expect.poll(poll, { timeout: 10_000 }).toContain(`C:${id}:CHECK`);
    await adms(`devicecmd?SN=${SN}`, `ID=${id}&Return=0&CMD=CHECK\n`);
    await expect.poll(() => factsOf().clockOffsetSeconds, { timeout: 10_000 }).toBe('');
    expect(resends()).toEqual([]);
  });
});
