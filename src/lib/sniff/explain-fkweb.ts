import { openBody } from '../dialects/fkweb/frame.js';
import { isFkRequest, parseMessage } from '../dialects/fkweb/message.js';
import { countText, type Described, type Description } from './explain-words.js';
import { hide, printable, shorten, sizeText } from './hide.js';

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

/** The JSON of a frame; what may be a credential is hidden by its name, binaries stand as sizes. */
function jsonLines(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const { body, reason } = openBody(bytes);
  if (body === null) return [`${sizeText(bytes.length)} that can't be opened: ${reason}`];
  const json = JSON.stringify(body.json, (key, value: unknown) => shown(key, value));
  const binaries = body.binaries.map((binary, i) => `BIN_${i + 1}: ${sizeText(binary.length)}, not shown`);
  const rest = body.rest.length === 0 ? [] : [`${sizeText(body.rest.length)} behind the end`];
  return [shorten(printable(hide(json)), MOST_SHOWN), ...binaries.slice(0, 8), ...rest];
}

/** Slots of binaries are no secret, the credentials that Base64 puts in their place are. */
function shown(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || /^BIN_\d+$/.test(value)) return value;
  const isSecret = /pass|pwd|secret|token|card|photo|image|enroll_data|template/i.test(key);
  return isSecret ? `(${value.length} characters)` : value;
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
