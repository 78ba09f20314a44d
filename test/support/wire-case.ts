import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RawRequest } from '../../src/lib/dialects/request.js';

/**
 * Data-only wire cases: one folder per exchange, the same that `hip sniff --save` writes.
 *
 *   request.json  method, target, httpVersion, headers as a list of pairs
 *   request.body  the body's bytes; absent when there is none
 *   expect.json   what must come of it (see WireExpectation), `setup` what must be so before; absent in a capture
 *
 * The same cases run against a dialect alone and, over a socket, against a running `hip serve`.
 */
export interface WireCase {
  /** The folder's name. */
  readonly name: string;
  /** The folder's parent: the dialect the case belongs to. */
  readonly dialect: string;
  readonly folder: string;
  readonly request: RawRequest;
  readonly setup: WireSetup;
  readonly expect: WireExpectation;
}

export interface WireSetup {
  /** Names of cases of the same dialect to run first, in this order, on the same journal. */
  readonly after?: readonly string[];
  /** What the journal holds of the device. */
  readonly device?: {
    readonly stamps?: Readonly<Record<string, string>>;
    readonly facts?: Readonly<Record<string, string>>;
  };
  readonly pendingCommands?: readonly { readonly id: string; readonly verb: string; readonly text: string }[];
  /** `cannot commit`: the journal refuses everything. */
  readonly journal?: 'cannot commit';
  readonly pathPrefix?: string;
  /** Set by the listener; a dialect alone never sees such a request. */
  readonly maxBodyBytes?: number;
  readonly utcOffsetMinutes?: number;
  readonly plainDeviceSn?: string;
  /** `devices.<sn>.statusMap` of the device that speaks. */
  readonly statusMap?: Readonly<Record<string, number>>;
  /** `devices.<sn>.fkReply` of the device that speaks. */
  readonly fkReply?: 'header' | '204' | 'body';
  /** This PC's wall clock, `YYYY-MM-DD HH:MM:SS`. */
  readonly wallNow?: string;
}

export interface WireExpectation {
  readonly note?: string;
  /** Where the exchange is known from. */
  readonly evidence?: string;
  /** The dialect that reads it; null when none claims it and the listener answers. Default: the folder's. */
  readonly dialect?: string | null;
  /** Null: no answer is written, the connection is closed. */
  readonly status: number | null;
  /** The whole body; or `bodyRegex`; or any one of `bodyAnyOf` (regular expressions). */
  readonly body?: string;
  readonly bodyRegex?: string;
  readonly bodyAnyOf?: readonly string[];
  /** Answer headers by their name in exactly this case; `*`: any value, null: absent or empty. Others are free. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Punches that are new after this request, in any order. */
  readonly punches: readonly ExpectedPunch[];
  /** Fragments that go to quarantine; not looked at when absent, and so are all below. */
  readonly quarantined?: number;
  readonly reasons?: readonly string[];
  readonly skipped?: number;
  /** Kind to count. */
  readonly dropped?: Readonly<Record<string, number>>;
  readonly commandResults?: readonly ExpectedResult[];
  readonly commandsSent?: readonly string[];
  /** Each must be there with this value; others may be. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly stamps?: Readonly<Record<string, string>>;
  /** Text that must not be anywhere in what is kept or answered. */
  readonly nowhere?: readonly string[];
}

/** Keys that are absent are not compared. */
export interface ExpectedPunch {
  readonly deviceSn: string;
  readonly userId: string;
  readonly time: string;
  readonly status?: number | null;
  readonly verify?: number | null;
  readonly workCode?: string | null;
  readonly suspect?: string | null;
  readonly raw?: string;
}

export interface ExpectedResult {
  readonly id: string;
  readonly returnCode: number | string;
  readonly command: string;
  readonly detail?: string | null;
}

/** Every case in or under `dir`, by name. Captures without an `expect.json` are left out. */
export function loadWireCases(dir: string): WireCase[] {
  if (existsSync(join(dir, 'request.json'))) {
    return existsSync(join(dir, 'expect.json')) ? [loadWireCase(dir)] : [];
  }
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map((entry) => join(dir, entry.name))
    .sort()
    .flatMap(loadWireCases);
}

/** The request as it goes over a socket, with the length of its body; a chunked one in two chunks. */
export function renderHttp(request: RawRequest): Uint8Array {
  const { method, target, httpVersion, rawHeaders, body } = request;
  let head = `${method} ${target} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  // Cases name a length only where it matters.
  if (body.length > 0 && !/\r\n(content-length|transfer-encoding):/i.test(head)) {
    head += `Content-Length: ${body.length}\r\n`;
  }
  const start = Buffer.from(`${head}\r\n`, 'latin1');
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return Buffer.concat([start, body]);
  const middle = Math.ceil(body.length / 2);
  const chunks = [body.subarray(0, middle), body.subarray(middle), new Uint8Array()];
  const lastOnly = chunks.filter((chunk, i) => chunk.length > 0 || i === 2);
  const framed = lastOnly.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([start, ...framed]);
}

/** An answer as it was seen. */
export interface SeenReply {
  readonly status: number | null;
  readonly body: string;
  /** Names as written. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** What is wrong with an answer, in words; empty when all is well. */
export function faultsOfReply(expected: WireExpectation, reply: SeenReply): string[] {
  const faults = faultsOfHeaders(expected, reply);
  if (reply.status !== expected.status) faults.push(`status ${reply.status}, not ${expected.status}`);
  const patterns = expected.bodyAnyOf ?? (expected.bodyRegex === undefined ? [] : [expected.bodyRegex]);
  if (expected.body !== undefined && reply.body !== expected.body) {
    faults.push(`body ${JSON.stringify(reply.body)}, not ${JSON.stringify(expected.body)}`);
  }
  if (patterns.length > 0 && !patterns.some((pattern) => new RegExp(pattern).test(reply.body))) {
    faults.push(`body ${JSON.stringify(reply.body)} is not like ${patterns.join(' or ')}`);
  }
  return faults;
}

function faultsOfHeaders(expected: WireExpectation, reply: SeenReply): string[] {
  const found = new Map(reply.headers);
  return Object.entries(expected.headers ?? {}).flatMap(([name, wanted]) => {
    const value = found.get(name) || null;
    return (wanted === '*' && value !== null) || value === (wanted || null)
      ? []
      : [`header ${name} is ${value}, not ${wanted}`];
  });
}

/** Compares new punches with the expected ones, whatever their order; work codes '', '0' and null are the same. */
export function faultsOfPunches(
  expected: readonly ExpectedPunch[],
  found: readonly { readonly [Key in keyof ExpectedPunch]-?: ExpectedPunch[Key] | undefined }[],
): string[] {
  const faults: string[] = [];
  const left = [...found];
  for (const wanted of expected) {
    const at = left.findIndex((punch) => isLike(wanted, punch));
    if (at < 0) faults.push(`no punch like ${JSON.stringify(wanted)}`);
    else left.splice(at, 1);
  }
  for (const punch of left) faults.push(`unexpected punch ${JSON.stringify(punch)}`);
  return faults;
}

function isLike(wanted: ExpectedPunch, punch: object): boolean {
  const values = new Map(Object.entries(punch));
  return Object.entries(wanted).every(([key, value]) =>
    key === 'workCode' ? plainCode(values.get(key)) === plainCode(value) : values.get(key) === value,
  );
}

function plainCode(value: unknown): unknown {
  return value === '' || value === '0' || value === undefined ? null : value;
}

interface RequestFile {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [string, string])[];
}

function loadWireCase(folder: string): WireCase {
  const request = readJson<RequestFile>(join(folder, 'request.json'));
  const { setup = {}, ...expect } = readJson<WireExpectation & { setup?: WireSetup }>(
    join(folder, 'expect.json'),
  );
  const bodyFile = join(folder, 'request.body');
  return {
    name: basename(folder),
    dialect: basename(dirname(folder)),
    folder,
    request: {
      method: request.method,
      target: request.target,
      httpVersion: request.httpVersion,
      rawHeaders: request.headers.flat(),
      body: existsSync(bodyFile) ? readFileSync(bodyFile) : new Uint8Array(),
      remoteAddress: '192.0.2.20',
    },
    setup,
    expect,
  };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
