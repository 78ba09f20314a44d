import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DialectSettings } from '../dialects/dialect.js';
import { renderExpectation } from './case-expectation.js';
import type { SniffedExchange } from './exchange.js';
import type { Explainer } from './explain.js';
import type { ExplainedExchange, PlainReply } from './explained.js';
import { renderRequest } from './replay-line.js';
import { pairsOf } from './reply.js';
import type { Scrubber } from './scrub.js';

/**
 * Exchanges as folders, the format of the project's own `test/wire/`:
 *
 *   request.json      method, target, httpVersion, headers as a list of pairs
 *   request.body      the body's bytes, without framing; absent when there is none
 *   request.raw       the bytes as they came, where the two above do not say them all (chunks, odd line ends); never
 *                     in a scrubbed capture
 *   expect.json       draft of what must come of it
 *   reply.json        what the device got; absent when it got nothing
 *   reply.body        absent when empty
 *   serve-reply.json  what `hip serve` answers when all is on disk; without `Date`; absent where a replay can't ask
 *                     for it
 *   timing.json       when, from where, and on which connection: all that differs between captures of the same traffic
 */
export interface CaseWriterParts {
  readonly dir: string;
  /** One of its own, made with `withPremises`: it must see exactly what is written. */
  readonly explainer: Explainer;
  /** Null keeps everything as it came. */
  readonly scrubber: Scrubber | null;
  readonly settings: DialectSettings;
  readonly pathPrefix: string;
  /** Called with what each folder was made of, when it is on disk. */
  readonly written?: Written | undefined;
}

export type Written = (exchange: SniffedExchange) => Promise<void>;

/** Call order: `write` any number of times, one after the other; `close` once. Both reject when the disk does. */
export interface CaseWriter {
  /** A message in parts is written when its last part is there: only then can it be scrubbed. */
  write(exchange: SniffedExchange): Promise<void>;
  close(): Promise<void>;
}

export interface CaseTiming {
  readonly number: number;
  readonly connection: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly openedAtMs: number;
  readonly requestAtMs: number;
  readonly requestEndMs: number;
  readonly replyAtMs: number | null;
}

/** Names of folders that later parts may refer to. */
const MAX_NAMES = 10_000;

export function createCaseWriter(parts: CaseWriterParts): CaseWriter {
  const names = new Map<number, string>();
  const writeOne = async (exchange: SniffedExchange): Promise<void> => {
    const explained = parts.explainer.explain(exchange);
    if (explained.kind !== 'exchange') return;
    const name = caseName(explained);
    names.set(exchange.number, name);
    const oldest = names.keys().next().value;
    if (names.size > MAX_NAMES && oldest !== undefined) names.delete(oldest);
    const after = explained.premise.parts.flatMap((number) => names.get(number) ?? []);
    const expectation = renderExpectation(explained, { ...parts, after });
    const folder = join(parts.dir, name);
    try {
      await writeCase(folder, { explained, expectation, hasRaw: parts.scrubber === null });
    } catch (error) {
      // Half a case would be read as another one.
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    await parts.written?.(exchange);
  };
  return {
    async write(exchange) {
      for (const ready of parts.scrubber?.scrub(exchange) ?? [exchange]) await writeOne(ready);
    },
    async close() {
      for (const ready of parts.scrubber?.flush() ?? []) await writeOne(ready);
    },
  };
}

/** `0007-adms-punches` */
export function caseName({ exchange, dialect, what }: ExplainedExchange): string {
  return `${String(exchange.number).padStart(4, '0')}-${dialect ?? 'unclaimed'}-${what}`;
}

interface CaseContent {
  readonly explained: ExplainedExchange;
  readonly expectation: object;
  /** The bytes of the request are those of the wire. */
  readonly hasRaw: boolean;
}

async function writeCase(folder: string, { explained, expectation, hasRaw }: CaseContent): Promise<void> {
  const { exchange, serveReply } = explained;
  const { request, reply } = exchange;
  const { method, target, httpVersion, rawHeaders, body } = request;
  await mkdir(folder, { recursive: true });
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const files = new Map<string, string | Uint8Array>();
  files.set('request.json', json({ method, target, httpVersion, headers: pairsOf(rawHeaders) }));
  if (body.length > 0) files.set('request.body', body);
  if (hasRaw && !renderRequest(request).equals(exchange.requestBytes)) {
    files.set('request.raw', exchange.requestBytes);
  }
  if (reply !== null) {
    const { status, reason } = reply;
    const headers = pairsOf(reply.rawHeaders);
    files.set('reply.json', json({ status, reason, httpVersion: reply.httpVersion, headers }));
    if (reply.body.length > 0) files.set('reply.body', reply.body);
  }
  // A refusal of framing that only the bytes themselves show can't be had again without them.
  const isPlayable = hasRaw || exchange.requestIsWhole || serveReply === null;
  if (isPlayable) files.set('serve-reply.json', json(replyAsJson(serveReply)));
  files.set('timing.json', json(timingOf(exchange)));
  files.set('expect.json', json(expectation));
  const writing = [...files].map(([name, content]) => writeFile(join(folder, name), content));
  // All have ended before anybody takes the folder away again.
  const failed = (await Promise.allSettled(writing)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function replyAsJson(reply: PlainReply | null): object {
  if (reply === null) return { status: null, headers: [], body: '' };
  return { status: reply.status, headers: reply.headers, ...bodyAsJson(reply.body) };
}

/** Text where it is text, so that a person can read it. */
function bodyAsJson(body: Uint8Array): { readonly body: string } | { readonly bodyBase64: string } {
  const text = new TextDecoder().decode(body);
  const bytes = Buffer.from(body);
  return Buffer.from(text).equals(bytes) ? { body: text } : { bodyBase64: bytes.toString('base64') };
}

function timingOf({ number, connection, requestAtMs, requestEndMs, reply }: SniffedExchange): CaseTiming {
  const { id, remoteAddress, remotePort, port, openedAtMs } = connection;
  const replyAtMs = reply?.atMs ?? null;
  return {
    number,
    connection: id,
    remoteAddress,
    remotePort,
    port,
    openedAtMs,
    requestAtMs,
    requestEndMs,
    replyAtMs,
  };
}
