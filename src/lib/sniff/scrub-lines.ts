import type { WireRequest } from '../dialects/dialect.js';
import { readColumns } from '../dialects/iclock/columns.js';
import { endpointOf, tableOf } from '../dialects/iclock/route.js';
import { isPicture } from '../dialects/iclock/secrets.js';
import { isTaggedTable, tagOf } from '../dialects/iclock/tagged.js';
import { isCompressed } from '../dialects/request.js';
import type { ForeignTraffic } from './exchange.js';
import { scrubFields, scrubQuery, scrubRest } from './scrub-fields.js';
import { blank, fill, scrubSerial, scrubUserId } from './scrub-names.js';

/** Bodies of lines (ADMS, plain) and whatever else is no frame. Bytes as Latin-1 text; lengths stay. */

/** By how many first bytes it is known what it is: BMP, PNG, JPEG; of anything packed the first two. */
const MAGICS: readonly (readonly [start: string, bytes: number])[] = [
  ['BM', 10],
  ['\x89PNG', 4],
  ['\xff\xd8\xff', 3],
  ['', 2],
];
/** Of UTF-8, as Latin-1. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
const PICTURE_START = /\xff\xd8\xff|\x89PNG/;
/** `OPLOG <code><TAB><operator><TAB><time><TAB><what it was done to>…` */
const OPERATION = /^(OPLOG \d{1,4}\t)([^\t]*)(\t[^\t]*)(?:(\t)([^\t]*)(.*))?$/s;
const LONGEST_OPERATION = 4_096;
/** Operations of which the first object is a user (adms.md 9.3). */
const ON_USER = /^OPLOG (?:6|7|8|9|10|11|12|26|30|36|6[89]|7[01])\t/;
/** The first line of the answer to a handshake. */
const HANDSHAKE = /^(GET OPTION FROM: ?)(.*)$/s;
/** `key=…` or `TAG key=…` */
const TAGGED = /^\s*(?:[A-Za-z]\w*[ \t])?~?[A-Za-z]\w*=/;
const KNOWN_TAG =
  /^(?:OPLOG|USER|USERINFO|EXTUSER|FP|FACE|FVEIN|USERPIC|BIOPHOTO|BIODATA|IDCARD|ERRORLOG)[ \t]|^~?[A-Za-z]\w{0,31}=[^=\s]/i;
const LEADING_ID = /^([\s\xa0]*(?:ATTLOG[\t, ]+)?)([^\t, ]+)/i;
/** Further columns this long are identity cards and such, which end in X now and then (adms.md 8.1, pid devices). */
const LONG_COLUMN = /[0-9A-Za-z]{12,}/g;

export function scrubBody(request: WireRequest): Buffer {
  const text = latin1(request.body);
  if (isCompressed(request) || isPicture(request.body)) return bytesOf(keepMagic(text));
  const photoAt = photoStart(request, text);
  const head = text.slice(0, photoAt);
  const isForm =
    /x-www-form-urlencoded/i.test(request.headers.get('content-type') ?? '') && !/[\t\r\n]/.test(head);
  const mark = head.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const lines = head.slice(mark.length);
  const scrubbed = isForm ? scrubQuery(lines) : scrubLines(request, lines);
  return bytesOf(mark + scrubbed + fill(text.slice(photoAt)));
}

/** Any text: its lines by their own shape. */
export function scrubText(text: string): string {
  return text.replace(/[^\r\n]+/g, (line) => scrubLine(line, false));
}

/** By how many first bytes a binary protocol and its command are known (55 AA, PP 82 7D, TLS). */
const FOREIGN_HEAD = 4;

/**
 * How something began that is no HTTP: text by its lines, of anything else the first bytes and how long it was. The
 * rest of a request that was cut tells no more what it is.
 */
export function scrubForeign({ head, isBehindHttp }: Pick<ForeignTraffic, 'head' | 'isBehindHttp'>): Buffer {
  const text = latin1(head);
  if (isBehindHttp) return bytesOf(fill(text));
  const isText = !/[\0-\x08\x0e-\x1f]/.test(text);
  if (isText) return bytesOf(text.replace(/[^\r\n]+/g, (line) => scrubLine(line, /^\s*\d/.test(line))));
  return bytesOf(text.slice(0, FOREIGN_HEAD) + fill(text.slice(FOREIGN_HEAD)));
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function scrubLines(request: WireRequest, text: string): string {
  if (request.query.get('type')?.toLowerCase() === 'postverifydata') {
    return text.replace(/[^\r\n]+/g, fill);
  }
  const table = tableOf(request);
  if (table === 'OPERLOG' || isTaggedTable(table)) return text.replace(/[^\r\n]+/g, scrubTagged);
  if (endpointOf(request.path) === 'devicecmd') return scrubResults(text);
  const holdsPunches = endpointOf(request.path) === null || table === 'ATTLOG' || table === '';
  return text.replace(/[^\r\n]+/g, (line) => scrubLine(line, holdsPunches));
}

function scrubLine(line: string, holdsPunches: boolean): string {
  const [handshake = '', start = '', sn = ''] = HANDSHAKE.exec(line) ?? [];
  if (handshake !== '') return start + scrubSerial(sn);
  const operation = line.length > LONGEST_OPERATION ? null : OPERATION.exec(line);
  if (operation !== null) return scrubOperation(line, operation);
  if (holdsPunches && !TAGGED.test(line)) {
    const read = readColumns(line, { lenient: true });
    // A line of punches that nobody can read still begins with somebody's id.
    if (typeof read !== 'string' || line.includes('\t')) return scrubPunch(line);
  }
  return scrubFields(line);
}

/** Of a tag that nobody knows only its name may be kept, and of a line without one nothing (law 3). */
function scrubTagged(line: string): string {
  if (KNOWN_TAG.test(line)) return scrubLine(line, false);
  const tag = tagOf(line) ?? '';
  return line.slice(0, tag.length) + line.slice(tag.length).replace(/[^\s]+/g, blank);
}

/** The content of a file or of a shell goes to the end, over all lines (adms.md 11.1). */
function scrubResults(text: string): string {
  const content = /^Content=/im.exec(text);
  const end = content === null ? text.length : content.index + content[0].length;
  return scrubText(text.slice(0, end)) + text.slice(end).replace(/[^\s]+/g, blank);
}

function scrubPunch(line: string): string {
  const [prefix = '', before = '', id = ''] = LEADING_ID.exec(line) ?? [];
  if (id === '' || id.includes('=')) return scrubFields(line);
  const columns = line
    .slice(prefix.length)
    .replace(LONG_COLUMN, (column) => column.replace(/\d/g, '1').replace(/[A-Za-z]/g, 'X'));
  return `${before}${scrubUserId(id)}${scrubFields(columns)}`;
}

function scrubOperation(line: string, operation: RegExpExecArray): string {
  const [, head = '', operator = '', time = '', tab = '', object = '', rest = ''] = operation;
  const scrubbed = ON_USER.test(line) ? scrubUserId(object) : object;
  return `${head}${scrubUserId(operator)}${scrubRest(`${time}${tab}${scrubbed}${rest}`)}`;
}

/** Where a photo begins behind its lines; the length when there is none (adms.md 8.3). */
function photoStart(request: WireRequest, text: string): number {
  const picture = PICTURE_START.exec(text)?.index ?? text.length;
  const isPhoto = endpointOf(request.path) === 'fdata' || tableOf(request) === 'ATTPHOTO';
  if (!isPhoto) return picture;
  const hasLines = /^\s*\w+=/.test(text);
  const nul = text.indexOf('\0');
  const end = hasLines ? (nul < 0 ? text.length : nul + 1) : 0;
  return Math.min(picture, end);
}

function keepMagic(text: string): string {
  const bytes = MAGICS.find(([start]) => text.startsWith(start))![1];
  return text.slice(0, bytes) + fill(text.slice(bytes));
}
