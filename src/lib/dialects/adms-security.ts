import { parseWallTime } from '../punch.js';
import type { Dialect, Reading } from './dialect.js';
import { emptyReading, textReply } from './dialect.js';
import { answer, type IclockCall, legacyEncoding, OK, readingOf } from './iclock/call.js';
import { createEndpoints, readUpload } from './iclock/endpoints.js';
import { readEventLine } from './iclock/event-rows.js';
import { offsetText } from './iclock/handshake.js';
import { eachLine } from './iclock/lines.js';
import { packTime } from './iclock/packed-time.js';
import { readEndpoint, withoutBody } from './iclock/read.js';
import { readPush, readRegistry } from './iclock/registration.js';
import { endpointOf, isSecurity, tableOf } from './iclock/route.js';
import { stampsOf } from './iclock/stamps.js';
import { readQueryData, readTableData } from './iclock/table-data.js';
import { Tally } from './iclock/tally.js';

/**
 * ZKTeco Security PUSH 3.x, spoken by access control firmware on the same paths (adms.md 2 and 12). Claims what shows
 * itself and is asked before `adms`, which takes the requests that both families make alike.
 */
export function createAdmsSecurityDialect(): Dialect {
  const endpoints = createEndpoints(readSecurityUpload)
    .set('registry', { methods: ['POST', 'GET'], read: readRegistry })
    .set('push', { methods: ['POST', 'GET'], read: withoutBody(readPush) })
    .set('rtdata', { methods: ['GET', 'POST'], read: withoutBody(readRtData) })
    .set('querydata', { methods: ['POST'], read: readQueryData })
    .set('exchange', { methods: ['POST'], read: refuseExchange });
  return {
    name: 'adms-security',
    claims(request) {
      const endpoint = endpointOf(request.path);
      return endpoint !== null && isSecurity(request, endpoint);
    },
    read: (request, context) => readEndpoint(request, context, endpoints.get(endpointOf(request.path) ?? '')),
  };
}

function readSecurityUpload(call: IclockCall): Reading {
  switch (tableOf(call.request)) {
    // The vendor's prose calls the realtime table `transaction` in one place.
    case 'RTLOG':
    case 'TRANSACTION':
      return readEvents(call);
    case 'RTSTATE':
    case 'IRSTATE':
      return readDoorState(call);
    case 'TABLEDATA':
      return readTableData(call);
    default:
      return readUpload(call);
  }
}

function readEvents(call: IclockCall): Reading {
  const tally = new Tally();
  eachLine(call.request.body, legacyEncoding(call), (line) => readEventLine(call, tally, line));
  return readingOf(call.sn, tally, OK, { stamps: stampsOf(call.request, 'RTLOG') });
}

/** The door's heartbeat: no person in it, but the time by the device's clock. */
function readDoorState(call: IclockCall): Reading {
  const tally = new Tally();
  let time: string | null = null;
  eachLine(call.request.body, legacyEncoding(call), ({ text }) => {
    tally.addSkipped();
    time = parseWallTime(/(?:^|\t)time=([^\t]{1,40})/i.exec(text)?.[1] ?? '')?.time ?? time;
  });
  const reading = readingOf(call.sn, tally, OK);
  return time === null ? reading : { ...reading, clock: { time, kind: 'told' } };
}

function readRtData(call: IclockCall): Reading {
  if (call.request.query.get('type')?.toLowerCase() !== 'time') return answer(call.sn, OK);
  const { receivedAt, utcOffsetMinutes } = call.context;
  const text = `DateTime=${packTime(receivedAt)},ServerTZ=${offsetText(utcOffsetMinutes, '')}`;
  return answer(call.sn, textReply(200, text));
}

/** The encryption needs the vendor's closed library; an `OK` would make the device send what nobody can read. */
function refuseExchange(): Reading {
  return emptyReading(textReply(404, 'ERROR: encryption is not supported'));
}
