import { binaryOf, type FkBody, openBody, slotOf } from '../dialects/fkweb/frame.js';
import { isObject } from '../dialects/fkweb/json.js';
import { isFkRequest, parseMessage } from '../dialects/fkweb/message.js';
import { countText, type Described, type Description } from './explain-words.js';
import { printable, shorten, sizeText } from './hide.js';

/** Requests of the FK family in words (fkweb.md 1.2). */

const KINDS: Readonly<Record<string, readonly [what: string, sentence: string]>> = {
  receive_cmd: ['poll', 'Poll: it tells how it is and asks whether there is a command for it.'],
  send_cmd_result: ['result', 'Result of a command.'],
  realtime_glog: ['punch', 'It sends a punch.'],
  opera_glog: ['punch', 'It sends a punch.'],
  send_glog_data: ['punches', 'It sends punches.'],
  realtime_enroll_data: [
    'enrolment',
    'A user with credentials was enrolled or changed; nothing of it is kept.',
  ],
  realtime_door_status: ['door-event', 'A door event; no punch.'],
  realtime_operation: ['operation', 'Something was done in its menu; no punch.'],
  realtime_barcode: ['barcode', 'A barcode was read; no punch.'],
  realtime_slog: ['operation', 'Something was done in its menu; no punch.'],
};
const MOST_SHOWN = 400;
/** No id, name or time is this long; a picture or template in Base64 is. */
const LONGEST_VALUE = 100;

export function describeFkweb(described: Described): Description {
  const { request, reading } = described;
  if (!isFkRequest(request)) return describeForm(described);
  const message = parseMessage(request);
  if (message === null) {
    return { what: 'nameless', sentence: 'It gives no usable dev_id, so hip serve refuses it.', details: [] };
  }
  if (reading.stored.status === 415) {
    return { what: 'compressed', sentence: 'The data is compressed; hip serve refuses that.', details: [] };
  }
  const code = message.requestCode;
  const [what, sentence] = Object.hasOwn(KINDS, code) ? KINDS[code]! : unknownKind(code);
  if (message.blockNo !== null && message.blockNo > 0) {
    const size = sizeText(message.body.length);
    return {
      what: `${what}-part-${message.blockNo}`,
      sentence: `${sentence} Part ${message.blockNo}, ${size}; more follows.`,
      details: [],
    };
  }
  return { what, sentence: withOutcome(sentence, described), details: jsonLines(message.body) };
}

function unknownKind(code: string): readonly [string, string] {
  const name = printable(code.slice(0, 40));
  return ['unknown', `It sends request_code ${name}, which hip does not know and refuses.`];
}

function withOutcome(sentence: string, { reading }: Described): string {
  if (reading.unread.length > 0)
    return `${sentence} ${countText(reading.unread.length, 'piece')} nobody can read.`;
  if (reading.punches.length > 1)
    return `${sentence} It holds ${countText(reading.punches.length, 'punch', 'punches')}.`;
  return sentence;
}

/** The JSON of a message as `name value` pairs; what may be a credential is hidden by its name. */
function jsonLines(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const { body, reason } = openBody(bytes);
  if (body === null) return [`${sizeText(bytes.length)} that can't be opened: ${reason}`];
  const pairs = Object.entries(body.json).flatMap(([key, value]) => pairsIn(body, key, value));
  const rest = body.rest.length === 0 ? [] : [`${sizeText(body.rest.length)} behind the end`];
  return [shorten(pairs.map(printable).join(', '), MOST_SHOWN), ...rest];
}

function pairsIn(body: FkBody, key: string, value: unknown): string[] {
  if (Array.isArray(value) && value.some((each) => typeof each === 'object')) {
    return [`${key}: ${countText(value.length, 'entry', 'entries')}`];
  }
  if (isObject(value)) return Object.entries(value).flatMap(([name, inner]) => pairsIn(body, name, inner));
  const slot = slotOf(value);
  if (slot !== null) return [`${key} (${sizeText(binaryOf(body, value)?.length ?? 0)}, not shown)`];
  const isSecret = /pass|pwd|secret|token|card|photo|image|enroll_data|template/i.test(key);
  if (typeof value === 'string' && (isSecret || value.length > LONGEST_VALUE)) {
    return [`${key} (${value.length} characters, not shown)`];
  }
  return [`${key} ${Array.isArray(value) ? value.join(' ') : String(value ?? '-')}`];
}

function describeForm({ request, reading }: Described): Description {
  const page = (request.query.get('page_id') ?? 'form').toLowerCase();
  const what =
    page === 'realtime_glog' || reading.punches.length > 0
      ? 'punch'
      : page === 'receive_cmd'
        ? 'poll'
        : 'form';
  return {
    what,
    sentence: `The older FK form dialect (2014/15): ${what === 'punch' ? 'a punch' : what === 'poll' ? 'a poll' : 'a request'}.`,
    details: [],
  };
}
