import { parseJsonObject } from './json.js';

/**
 * The frame of the FK family (fkweb.md 1.4, nine sources, five captures): a little-endian u32 N, N bytes of JSON
 * with its terminator, then any number of binaries, each behind its own u32 length. Reading is linear and never
 * searches for the closing brace: templates may contain one.
 */

export interface FkBody {
  readonly json: Readonly<Record<string, unknown>>;
  /** The JSON as text, for what a parsed number can't hold. */
  readonly text: string;
  /** Length prefix and JSON, without any binary; of a bare JSON body the whole. */
  readonly head: Uint8Array;
  /** What `BIN_1`, `BIN_2` … stand for; a zero-length binary keeps its slot. */
  readonly binaries: readonly Uint8Array[];
  /** Bytes behind a length that runs past the end, or a stray end of four bytes and more. */
  readonly rest: Uint8Array;
}

export type OpenedBody =
  | { readonly body: FkBody; readonly reason: null }
  | { readonly body: null; readonly reason: string };

const LENGTH_BYTES = 4;
/** A user has at most some thirty credentials; sixteen megabytes of zeros would be four million empty slots. */
const MAX_BINARIES = 1_000;
const OPENING_BRACE = 123;
const NONE = new Uint8Array(0);
const ENCODER = new TextEncoder();

/**
 * Framed or bare JSON, whichever the bytes are. The header `dev_model` promises bare JSON (1.3), but no promise is
 * needed: a body that starts with `{` read as a frame would be longer than any message hip takes.
 */
export function openBody(bytes: Uint8Array): OpenedBody {
  const framed = openFrame(bytes);
  if (framed.body !== null || bytes[0] !== OPENING_BRACE) return framed;
  const bare = parseJsonObject(bytes);
  return bare.json === null ? framed : done({ ...bare, head: bytes, binaries: [], rest: NONE });
}

/** A frame as hip sends it: JSON, one NUL counted in its length, then the binaries. */
export function renderFrame(json: unknown, binaries: readonly Uint8Array[] = []): Uint8Array {
  const parts = [ENCODER.encode(`${JSON.stringify(json)}\0`), ...binaries];
  const frame = new Uint8Array(parts.reduce((sum, part) => sum + LENGTH_BYTES + part.length, 0));
  const view = new DataView(frame.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    frame.set(part, at + LENGTH_BYTES);
    at += LENGTH_BYTES + part.length;
  }
  return frame;
}

/** The binary that a JSON value like `"BIN_1"` names; undefined when it names none or there is none. */
export function binaryOf(body: FkBody, value: unknown): Uint8Array | undefined {
  const slot = slotOf(value);
  return slot === null ? undefined : body.binaries[slot - 1];
}

/** 1 for `"BIN_1"`; null for anything else. */
export function slotOf(value: unknown): number | null {
  const match = typeof value === 'string' ? /^BIN_([1-9]\d{0,4})$/.exec(value) : null;
  return match ? Number(match[1]) : null;
}

function openFrame(bytes: Uint8Array): OpenedBody {
  if (bytes.length === 0) return failed('no body');
  if (bytes.length < LENGTH_BYTES) return failed('shorter than its length prefix');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const textBytes = view.getUint32(0, true);
  if (textBytes === 0) return failed('length prefix is 0');
  const end = LENGTH_BYTES + textBytes;
  if (end > bytes.length) return failed('length prefix runs past the end');
  const parsed = parseJsonObject(bytes.subarray(LENGTH_BYTES, end));
  if (parsed.json === null) return failed(parsed.reason);
  return done({ ...parsed, head: bytes.subarray(0, end), ...readBinaries(view, end) });
}

function readBinaries(view: DataView, start: number): Pick<FkBody, 'binaries' | 'rest'> {
  const slice = (from: number, to: number) =>
    new Uint8Array(view.buffer, view.byteOffset + from, Math.max(0, to - from));
  const binaries: Uint8Array[] = [];
  let at = start;
  while (view.byteLength - at >= LENGTH_BYTES && binaries.length < MAX_BINARIES) {
    const from = at + LENGTH_BYTES;
    const to = from + view.getUint32(at, true);
    if (to > view.byteLength) return { binaries, rest: slice(from, view.byteLength) };
    binaries.push(slice(from, to));
    at = to;
  }
  // Fewer than four bytes are padding: NUL or LF behind the last block was seen on hardware (1.4).
  return { binaries, rest: view.byteLength - at < LENGTH_BYTES ? NONE : slice(at, view.byteLength) };
}

function done(body: FkBody): OpenedBody {
  return { body, reason: null };
}

function failed(reason: string): OpenedBody {
  return { body: null, reason };
}
