import type { Reading } from '../dialect.js';
import { ASKED_FOR_ALL, textReply } from '../dialect.js';
import { readAttlog } from './attlog.js';
import { answer, factOf, type IclockCall, OK, readingOf } from './call.js';
import { readGetRequest } from './commands.js';
import { readDeviceCmd, readUntabled } from './device-cmd.js';
import { factsOfQuery, readOptions } from './facts.js';
import { asksForAll, offsetText, renderHandshake } from './handshake.js';
import { readPhoto } from './photo.js';
import { type Endpoint, type EndpointReader, readPresence, withoutBody } from './read.js';
import { readSecurityHandshake } from './registration.js';
import { tableOf } from './route.js';
import { isTaggedTable, readTaggedTable } from './tagged.js';
import { Tally } from './tally.js';
import { readUnknown } from './unknown.js';

/** What attendance and access control firmware do alike on `/iclock/` (adms.md 4). */

const GET = ['GET'];
const POST = ['POST'];
const BOTH = [...GET, ...POST];

/** @param readUploads what `POST cdata` is read by */
export function createEndpoints(readUploads: EndpointReader): Map<string, Endpoint> {
  const cdata: EndpointReader = (call) =>
    call.request.method === 'POST' ? readUploads(call) : readCdataGet(call);
  return new Map<string, Endpoint>([
    ['cdata', { methods: BOTH, read: cdata }],
    ['fdata', { methods: POST, read: (call) => readPhoto(call, 'ATTPHOTO') }],
    ['getrequest', { methods: BOTH, read: withoutBody(readGetRequest) }],
    ['devicecmd', { methods: POST, read: readDeviceCmd, anonymous: true }],
    ['ping', { methods: BOTH, read: readPresence }],
    ['test', { methods: BOTH, read: readPresence, anonymous: true }],
  ]);
}

/** `POST cdata` of the attendance family. */
export function readUpload(call: IclockCall): Reading {
  const table = tableOf(call.request);
  if (table === 'ATTLOG') return readAttlog(call);
  if (table === 'OPTIONS') return readOptions(call);
  if (table === 'ATTPHOTO') return readPhoto(call, table);
  if (table === 'OPERLOG' || isTaggedTable(table)) return readTaggedTable(call, table);
  if (table !== '') return readUnknown(call, 'table is unknown');
  if (call.request.query.get('type')?.toLowerCase() === 'postverifydata') return readVerification(call);
  return readUntabled(call);
}

const readCdataGet = withoutBody((call) => {
  const { query } = call.request;
  const facts = factsOfQuery(query);
  const type = query.get('type')?.toLowerCase();
  const table = tableOf(call.request);
  if (type === 'time') return answer(call.sn, textReply(200, renderTime(call)), { facts });
  // Screens of TFT clocks, and the roaming user look-up: hip keeps no users (adms.md 4).
  if (type === 'lastpunch' || table === 'SELFSERVICEDATA') return answer(call.sn, OK);
  if (table === 'REMOTEATT' || query.has('pin')) return answer(call.sn, textReply(200, 'NONE'));
  // Where the request is silent, what the device said of itself before decides.
  const deviceType = query.get('devicetype') ?? factOf(call, 'deviceType');
  if (deviceType?.toLowerCase() === 'acc') return readSecurityHandshake(call);
  const stamps = asksForAll(call) ? { [ASKED_FOR_ALL]: call.context.receivedAt.toISOString() } : {};
  return answer(call.sn, textReply(200, renderHandshake(call)), { facts, stamps });
});

/** A question whether this person may pass, with templates in it: hip decides nothing, and keeps nothing of it. */
function readVerification(call: IclockCall): Reading {
  const tally = new Tally();
  if (call.request.body.length > 0) tally.addDropped('remote verification', call.request.body.length);
  return readingOf(call.sn, tally, OK);
}

function renderTime(call: IclockCall): string {
  const { wallNow, utcOffsetMinutes } = call.context;
  return `Time=${wallNow.replace(' ', 'T')}${offsetText(utcOffsetMinutes, ':')}`;
}
