import type { DialectContext, Reading, Reply, WireRequest } from '../dialect.js';
import { emptyReading, textReply } from '../dialect.js';
import { isCompressed } from '../request.js';
import { answer, type IclockCall, OK, serialNumber } from './call.js';
import { Tally } from './tally.js';
import { keepWhole, readUnknown } from './unknown.js';

/** What an endpoint does with a request that has a valid serial number. */
export type EndpointReader = (call: IclockCall) => Reading;

export interface Endpoint {
  /** `GET`, `POST` or both; any other method is refused with 405 and nothing is acknowledged. */
  readonly methods: readonly string[];
  readonly read: EndpointReader;
  /** Also served without a serial number, `sn` being '' then. */
  readonly anonymous?: boolean;
}

const EMPTY: Reply = textReply(200, '');
const NO_SN: Reply = textReply(400, 'ERROR: SN is missing');
const BAD_SN: Reply = textReply(400, 'ERROR: SN must be 1 to 64 letters, digits, - or _');
const NO_METHOD: Reply = textReply(405, 'ERROR: method not allowed');
const COMPRESSED: Reply = textReply(415, 'ERROR: compressed bodies are not read');
const NOT_FOUND: Reply = textReply(404, 'ERROR: not found');

/** The rules that hold for every path of the family, around the endpoint's own reading. */
export function readEndpoint(
  request: WireRequest,
  context: DialectContext,
  endpoint: Endpoint | undefined,
): Reading {
  // A HEAD can only be a ping: no capture shows one (adms.md 4).
  if (request.method === 'HEAD') return emptyReading(EMPTY);
  if (isCompressed(request)) return emptyReading(COMPRESSED);
  if (endpoint === undefined) return readUnknownPath(request, context);
  if (!endpoint.methods.includes(request.method)) return emptyReading(NO_METHOD);
  const sn = serialNumber(request);
  if (sn === null) return emptyReading(BAD_SN);
  if (sn === undefined && !endpoint.anonymous) return emptyReading(NO_SN);
  return endpoint.read({ sn: sn ?? '', request, context });
}

/** For endpoints that expect no body: what comes all the same is kept for a person. */
export function withoutBody(read: EndpointReader): EndpointReader {
  return (call) => {
    const reading = read(call);
    if (call.request.body.length === 0) return reading;
    const tally = new Tally();
    keepWhole(call, tally, 'body where none belongs');
    return { ...reading, ...tally.finish() };
  };
}

export const readPresence: EndpointReader = withoutBody((call) =>
  answer(call.sn === '' ? null : call.sn, OK),
);

/** A 200 to a GET nobody knows would claim an answer; a POST holds data that must not block the device's queue. */
function readUnknownPath(request: WireRequest, context: DialectContext): Reading {
  if (request.method === 'GET') return emptyReading(NOT_FOUND);
  if (request.method !== 'POST') return emptyReading(NO_METHOD);
  const sn = serialNumber(request);
  if (sn === null) return emptyReading(BAD_SN);
  return readUnknown({ sn: sn ?? '', request, context }, 'path is unknown', sn ?? null);
}
