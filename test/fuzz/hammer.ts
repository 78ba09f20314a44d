import { connect, type Socket } from 'node:net';
import { codeOf } from '../../src/lib/errors.js';
import type { Dice } from '../faults/dice.js';
import { mutate } from './mutate.js';
import { diceOf } from './plan.js';

const ENDINGS = [
  'listens',
  'listens',
  'half-closes',
  'half-closes',
  'half-closes',
  'closes',
  'resets',
] as const;

/** What one connection sends, and how it goes. */
interface Script {
  readonly pieces: readonly Buffer[];
  readonly requests: number;
  readonly ending: (typeof ENDINGS)[number];
}

export interface Hammering {
  readonly port: number;
  /** Whole requests as devices write them. */
  readonly corpus: readonly Uint8Array[];
  readonly connections: number;
  /** Index of the first script; the index alone decides what is sent. */
  readonly from: number;
  readonly requests: number;
}

export interface Hammered {
  /** Index of the script that comes next. */
  readonly next: number;
  readonly requests: number;
  readonly connections: number;
  /** Connections that nobody took. */
  readonly refused: number;
  /** First status of an answer to how many connections heard it. */
  readonly heard: Readonly<Record<string, number>>;
}

/**
 * Who has closed his side is answered or hung up on as soon as the machine has time for it. A request that lacks its
 * end gets no answer, and many do: who listens does so for a few times what answers take.
 */
const MOST_PATIENCE_MS = 4_000;
const LEAST_PATIENCE_MS = 150;

/** Sends mutated requests over so many connections at once until there were so many. */
export async function hammer({ port, corpus, connections, from, requests }: Hammering): Promise<Hammered> {
  let next = from;
  let answerMs = MOST_PATIENCE_MS / 8;
  const sum = { requests: 0, connections: 0, refused: 0 };
  const heard: Record<string, number> = {};
  const work = async (): Promise<void> => {
    while (sum.requests < requests) {
      const index = next++;
      const script = createScript(diceOf(index), corpus);
      sum.requests += script.requests;
      sum.connections += 1;
      const patienceMs = Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, 4 * answerMs));
      const { outcome, ms } = await play(script, {
        port,
        localAddress: addressOf(index),
        patienceMs: script.ending === 'listens' ? patienceMs : MOST_PATIENCE_MS,
      });
      if (outcome === 'refused') sum.refused += 1;
      else heard[outcome] = (heard[outcome] ?? 0) + 1;
      if (ms !== null) answerMs += (ms - answerMs) / 16;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { next, ...sum, heard };
}

/** Ports of one address run out when each connection lives for milliseconds. */
function addressOf(index: number): string {
  return process.platform === 'linux' ? `127.0.${index % 8}.${1 + (index % 250)}` : '127.0.0.1';
}

function createScript(dice: Dice, corpus: readonly Uint8Array[]): Script {
  const requests = dice.oneOf([1, 1, 2, 3, 5, 8, 16]);
  const bytes = Buffer.concat(
    Array.from({ length: requests }, () => mutate(dice.oneOf(corpus), dice, corpus)),
  );
  const cuts = Array.from({ length: dice.oneOf([0, 0, 0, 1, 4]) }, () => dice.between(0, bytes.length));
  const stops = [0, ...cuts.sort((a, b) => a - b), bytes.length];
  const pieces = stops.slice(1).map((stop, i) => bytes.subarray(stops[i], stop));
  const ending = dice.oneOf(ENDINGS);
  return { pieces, requests, ending };
}

interface Outcome {
  /** The status of the first answer, `nothing`, or `refused`. */
  readonly outcome: string;
  /** When it came. */
  readonly ms: number | null;
}

function play(
  { pieces, ending }: Script,
  on: { readonly port: number; readonly localAddress: string; readonly patienceMs: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { port, localAddress, patienceMs } = on;
    const startedMs = performance.now();
    const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true, allowHalfOpen: true });
    let heard = '';
    let ms: number | null = null;
    let isRefused = false;
    const timer = setTimeout(() => giveUp(socket), patienceMs);
    socket.on('connect', () => void send(socket, pieces).then(() => end(socket, ending)));
    socket.on('data', (chunk: Buffer) => {
      ms ??= performance.now() - startedMs;
      if (heard.length < 12) heard += chunk.toString('latin1', 0, 12);
    });
    socket.on('end', () => socket.destroy());
    // A reset is an answer, too; `close` follows.
    socket.on('error', (error) => {
      isRefused = codeOf(error) === 'ECONNREFUSED';
    });
    socket.on('close', () => {
      clearTimeout(timer);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
      resolve({ outcome: isRefused ? 'refused' : (status ?? 'nothing'), ms });
    });
  });
}

/** libuv resets no connection whose own side is closed, and Node then never says that it is gone. */
function giveUp(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Each piece in a packet of its own. */
async function send(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function end(socket: Socket, ending: Script['ending']): void {
  if (ending === 'half-closes') socket.end();
  else if (ending === 'closes') socket.destroySoon();
  else if (ending === 'resets') socket.resetAndDestroy();
}
