import { isDeviceSn } from '../../punch.js';
import type { WireRequest } from '../dialect.js';
import { decodeBase64 } from './base64.js';
import { parseJsonObject, textAt } from './json.js';

/** One request of the FK family, whichever way its names were carried (fkweb.md 1.3, 1.4). */
export interface FkMessage {
  /** Lower case. */
  readonly requestCode: string;
  readonly deviceSn: string;
  /** The constant of an event or the id of a command; '' when absent. */
  readonly transId: string;
  /** 0 is the last or only part; null when it is no number. */
  readonly blockNo: number | null;
  /** Decoded from Base64 where the request says so. */
  readonly body: Uint8Array;
  /** `dev_model`: the newer generation, which speaks bare JSON and is answered a little differently. */
  readonly model: string | null;
  /** The `encrypt` header as it came, to be repeated; null when absent. */
  readonly encrypt: string | null;
  /** `cmd_return_code`; '' when absent. */
  readonly returnCode: string;
}

const ENCODER = new TextEncoder();
const OPENING_BRACE = 123;
const MAX_WORD = 64;

/**
 * Headers decide, never the path (1.1). An envelope has none of them and shows itself by its names; a request that
 * carries neither belongs to another dialect.
 */
export function isFkRequest(request: WireRequest): boolean {
  return request.headers.has('request_code') || envelopeOf(request) !== null;
}

/** Null when the request names no device, or one that can't be an identity. */
export function parseMessage(request: WireRequest): FkMessage | null {
  const envelope = request.headers.has('request_code') ? null : envelopeOf(request);
  const said = envelope === null ? (name: string) => request.headers.get(name) ?? '' : sayFrom(envelope);
  const deviceSn = said('dev_id').trim();
  if (!isDeviceSn(deviceSn)) return null;
  const encrypt = wordOf(said('encrypt')) || null;
  return {
    requestCode: wordOf(said('request_code')).toLowerCase(),
    deviceSn,
    // BM70W and its kin put the constant into cmd_id (1.3, seen on hardware).
    transId: wordOf(said('trans_id')) || wordOf(said('cmd_id')),
    blockNo: blockNoOf(said('blk_no').trim()),
    body: decodeBody(request, envelope, encrypt),
    model: wordOf(said('dev_model')) || null,
    encrypt,
    returnCode: wordOf(said('cmd_return_code')),
  };
}

/** Absent counts as 0 (1.3). */
function blockNoOf(text: string): number | null {
  if (text === '') return 0;
  return /^-?\d{1,9}$/.test(text) ? Number(text) : null;
}

type Envelope = Readonly<Record<string, unknown>>;

/**
 * `Content-Type: application/json` and the header names as JSON keys, the frame as Base64 under `block` (two vendor
 * samples, no hardware). Both names are asked for, so that other people's JSON is left alone.
 */
function envelopeOf(request: WireRequest): Envelope | null {
  const isJson = /^\s*application\/json\b/i.test(request.headers.get('content-type') ?? '');
  if (!isJson || request.body[0] !== OPENING_BRACE) return null;
  const { json } = parseJsonObject(request.body);
  return json !== null && Object.hasOwn(json, 'request_code') && Object.hasOwn(json, 'dev_id') ? json : null;
}

function sayFrom(envelope: Envelope): (name: string) => string {
  return (name) => textAt(envelope, name) ?? '';
}

/** Each part is encoded by itself, not the message as a whole (vendor sample). */
function decodeBody(request: WireRequest, envelope: Envelope | null, encrypt: string | null): Uint8Array {
  const body = envelope === null ? request.body : ENCODER.encode(textAt(envelope, 'block') ?? '');
  const isBase64 = envelope !== null || encrypt?.toLowerCase() === 'base64only';
  // Not Base64 after all: the bytes as they are will show what they are.
  return isBase64 ? (decodeBase64(body) ?? body) : body;
}

/** Goes back into answer headers and into keys: printable ASCII, of a length that no device exceeds. */
function wordOf(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= MAX_WORD && /^[\x20-\x7e]*$/.test(trimmed) ? trimmed : '';
}
