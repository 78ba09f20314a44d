import { endpointOf, tableOf } from '../dialects/iclock/route.js';
import { operationLines } from './explain-operations.js';
import { bodyLines, countText, type Described, type Description } from './explain-words.js';
import { sizeText } from './hide.js';

/** Requests to `/iclock/…` in words (adms.md 4). */

type Describe = (described: Described) => Description;

const ENDPOINTS: Readonly<Record<string, Describe>> = {
  cdata: (described) => (described.request.method === 'POST' ? ofUpload(described) : ofQuestion(described)),
  fdata: ofPhoto,
  getrequest: ofPoll,
  devicecmd: ofResults,
  ping: says('ping', 'A sign of life while it is busy with a long upload.'),
  test: says('ping', 'A test of the connection.'),
  registry: ofBody(
    'registration',
    'Registration: the door controller says what it is and asks for its code.',
  ),
  push: says('registration', 'The registered door controller asks for its settings.'),
  rtdata: says('time', 'It asks for the time, to set its clock by it.'),
  exchange: says('encryption', 'It wants to agree on encryption, which needs the vendor’s closed library.'),
  querydata: ofTable,
  file: says('file', 'It asks for a file (firmware); hip hands out none.'),
};

const TABLES: Readonly<Record<string, Describe>> = {
  ATTLOG: ofPunches,
  OPERLOG: ofOperations,
  ATTPHOTO: ofPhoto,
  OPTIONS: ofBody('options', 'It tells about itself: model, firmware, counts.'),
  RTLOG: ofDoorEvents,
  TRANSACTION: ofDoorEvents,
  RTSTATE: ofBody('door-state', 'State of the door: the heartbeat of a door controller.'),
  IRSTATE: ofBody('door-state', 'State of an input: the heartbeat of a door controller.'),
  TABLEDATA: ofTable,
  ERRORLOG: ofBody('errors', 'It reports errors of its own.'),
};

const PERSONAL: Readonly<Record<string, string>> = {
  BIODATA: 'biometric templates',
  FINGERTMP: 'fingerprint templates',
  TEMPLATEV10: 'fingerprint templates',
  FACE: 'face templates',
  BIOPHOTO: 'photos of users',
  USERPIC: 'photos of users',
  USERINFO: 'its users',
  USER: 'its users',
  EXTUSER: 'its users',
  IDCARD: 'identity cards',
  IDENTITYCARD: 'identity cards',
};

export function describeIclock(described: Described): Description {
  const { request, reading } = described;
  if (request.method === 'HEAD') return { what: 'ping', sentence: 'A ping without data.', details: [] };
  if (reading.stored.status === 400 && reading.deviceSn === null) {
    return {
      what: 'nameless',
      sentence: 'It gives no usable serial number (SN), so hip serve refuses it.',
      details: [],
    };
  }
  if (reading.stored.status === 415) {
    return { what: 'compressed', sentence: 'The data is compressed; hip serve refuses that.', details: [] };
  }
  const endpoint = endpointOf(request.path) ?? '';
  const description = Object.hasOwn(ENDPOINTS, endpoint) ? ENDPOINTS[endpoint]!(described) : null;
  if (description !== null && reading.stored.status !== 405) return description;
  const kept = reading.unread.length > 0 ? 'hip serve keeps it for a person' : 'hip serve refuses it';
  return {
    what: 'unknown',
    sentence: `An ADMS path or method that nobody knows (${request.method} …/${endpoint}); ${kept}.`,
    details: bodyLines(request.body),
  };
}

function says(what: string, sentence: string): Describe {
  return () => ({ what, sentence, details: [] });
}

function ofBody(what: string, sentence: string): Describe {
  return ({ request }) => ({ what, sentence, details: bodyLines(request.body) });
}

function ofQuestion({ request, reading }: Described): Description {
  const { query } = request;
  if (query.get('type')?.toLowerCase() === 'time') {
    return { what: 'time', sentence: 'It asks for the time.', details: [] };
  }
  if (tableOf(request) === 'REMOTEATT' || query.has('pin')) {
    return { what: 'user-lookup', sentence: 'It asks for a user it does not know.', details: [] };
  }
  const version = query.get('pushver');
  const speaks = version === undefined ? 'an old PUSH version' : `PUSH ${version}`;
  const kind = query.get('devicetype')?.toLowerCase() === 'acc' ? 'door controller' : 'terminal';
  const fresh = reading.facts.registryCode === undefined ? '' : ' (registered)';
  return {
    what: 'handshake',
    sentence: `Handshake: the ${kind} speaks ${speaks}, names itself and asks for its settings${fresh}.`,
    details: [],
  };
}

function ofUpload(described: Described): Description {
  const table = tableOf(described.request);
  if (Object.hasOwn(TABLES, table)) return TABLES[table]!(described);
  if (Object.hasOwn(PERSONAL, table)) return ofPersonal(PERSONAL[table]!, described);
  if (table !== '') {
    return {
      what: 'unknown-table',
      sentence: `It sends table ${table.slice(0, 40)}, which hip does not know; kept for a person.`,
      details: bodyLines(described.request.body),
    };
  }
  const { reading, request } = described;
  if (reading.punches.length > 0) return ofPunches(described);
  if (reading.commandResults.length > 0) return ofResults(described);
  return { what: 'info', sentence: 'It tells about itself.', details: bodyLines(request.body) };
}

function ofPunches({ reading, request }: Described): Description {
  const { punches, unread } = reading;
  const bad = unread.length === 0 ? '' : ` and ${countText(unread.length, 'line')} that nobody can read`;
  const sentence =
    punches.length === 0 && unread.length === 0
      ? 'An upload of punches without a line in it.'
      : `It sends ${countText(punches.length, 'punch', 'punches')}${bad}.`;
  return { what: 'punches', sentence, details: bodyLines(request.body, 3) };
}

function ofOperations({ reading, request }: Described): Description {
  return {
    what: 'operlog',
    sentence: `Operation log: ${countText(reading.lines, 'line')} about users and what was done at the terminal; no punches.`,
    details: operationLines(request.body),
  };
}

function ofPhoto({ request }: Described): Description {
  const sentence = `A photo of ${sizeText(request.body.length)}, taken at a punch; acknowledged and never kept.`;
  return { what: 'photo', sentence, details: [] };
}

function ofPersonal(whatOf: string, { reading }: Described): Description {
  const sentence = `It sends ${whatOf} (${countText(reading.lines, 'line')}); acknowledged, nothing of it is kept.`;
  return { what: 'users', sentence, details: [] };
}

function ofPoll({ request }: Described): Description {
  const first = request.query.has('info') ? ' It tells its firmware and counts along.' : '';
  return { what: 'poll', sentence: `Poll: it asks whether there is a command for it.${first}`, details: [] };
}

function ofResults({ reading }: Described): Description {
  const count = reading.commandResults.length;
  return { what: 'result', sentence: `Result of ${countText(count, 'command')}.`, details: [] };
}

function ofDoorEvents({ reading, request }: Described): Description {
  const { punches, skipped } = reading;
  return {
    what: punches.length > 0 ? 'punches' : 'door-events',
    sentence: `Door events: ${countText(punches.length, 'punch', 'punches')} and ${skipped} of other kinds.`,
    details: bodyLines(request.body, 3),
  };
}

function ofTable(described: Described): Description {
  const { request, reading } = described;
  const table = request.query.get('tablename') ?? '';
  const upper = table.toUpperCase();
  if (Object.hasOwn(PERSONAL, upper)) return ofPersonal(PERSONAL[upper]!, described);
  if (reading.punches.length > 0) return ofDoorEvents(described);
  const sentence = `It sends table ${table.slice(0, 40) || '(without a name)'}: ${countText(reading.lines, 'line')}.`;
  return { what: 'table', sentence, details: reading.dropped.length > 0 ? [] : bodyLines(request.body, 3) };
}
