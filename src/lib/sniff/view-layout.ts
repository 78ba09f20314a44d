import { STATUS_CODES } from 'node:http';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { SniffedConnection } from './exchange.js';
import type { Advice, PlainReply } from './explained.js';
import { headerOf } from './reply.js';

/** How the views look. */
export interface ViewStyle {
  readonly view: 'text' | 'hex' | 'brief';
  /** Colours are for terminals whose person did not refuse them. */
  readonly color: boolean;
  /** Columns; 80 where nobody knows. */
  readonly width: number;
  /** Time of day by this PC's clock in the configured zone, `HH:MM:SS`. */
  timeOfDay(atMs: number): string;
}

type Paint = 'dim' | 'bold' | 'green' | 'yellow' | 'red' | 'cyan';

export function paint(style: ViewStyle, color: Paint, text: string): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}

/** `    label    text`, wrapped behind the label. */
export function field(style: ViewStyle, label: string, text: string): string[] {
  const head = `  ${label.padEnd(9)} `;
  return wrap(text, style.width - head.length).map((line, i) =>
    i === 0 ? `${paint(style, 'dim', head)}${line}` : `${' '.repeat(head.length)}${line}`,
  );
}

/** Breaks at blanks, and in long words at `&` and commas. A column is what stands beside its neighbour. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(/[^ &,]*(?:[ &,]|$)/g) ?? []) {
    if (columnsOf(`${line}${piece}`.trimEnd()) <= width) {
      line += piece;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = piece;
    while (columnsOf(line.trimEnd()) > width) {
      const first = firstColumns(line, width);
      lines.push(first);
      line = line.slice(first.length);
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Thai and Lao vowels and tone marks stand above or below their letter and take no column of their own. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of SEGMENTS.segment(stripVTControlCharacters(text))) {
    // Wide: the CJK blocks and emoji.
    columns +=
      /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
        segment,
      )
        ? 2
        : 1;
    // In Thai and Lao a segment may hold a letter and SARA AM, which is a column of its own.
    if (/[\u0e33\u0eb3]/.test(segment.slice(1))) columns += 1;
  }
  return columns;
}

export function firstColumns(text: string, width: number): string {
  let taken = '';
  for (const { segment } of SEGMENTS.segment(text)) {
    if (taken !== '' && columnsOf(taken + segment) > width) break;
    taken += segment;
  }
  return taken;
}

/** `192.168.1.201:4370 > 9090` */
export function routeText({ remoteAddress, remotePort, port }: SniffedConnection): string {
  if (port === 0) return 'from a file';
  const host = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort} > ${port}`;
}

/** The line of status and what the body or the FK headers say. */
export function replyText({ status, headers, body }: PlainReply): string {
  const word = STATUS_CODES[status] ?? '';
  const code = headerOf(headers, 'response_code');
  const command = headerOf(headers, 'cmd_code');
  const said = code === undefined ? '' : `, response_code ${code}${command ? `, cmd_code ${command}` : ''}`;
  return `${status} ${word}${said}, ${bodyText(body)}`;
}

/** The same where columns are few. */
export function briefReplyText({ status, headers, body }: PlainReply): string {
  const said = [headerOf(headers, 'response_code'), headerOf(headers, 'cmd_code')].filter(Boolean).join(' ');
  const text = body.length === 0 ? '' : bodyText(body);
  return [String(status), said, text].filter((each) => each !== '').join(' ');
}

function bodyText(body: Uint8Array): string {
  if (body.length === 0) return 'no body';
  const text = new TextDecoder('latin1').decode(body);
  const [first = ''] = text.split(/[\r\n]/);
  const isText = /^[\t\r\n\x20-\x7e]+$/.test(text);
  if (!isText) return `${body.length} bytes`;
  if (first.length === text.trim().length && first.length <= 48) return `"${first}"`;
  return `"${first.slice(0, 40)}…" (${body.length} bytes)`;
}

export function adviceLines(style: ViewStyle, advice: readonly Advice[]): string[] {
  return advice.flatMap(({ text }) =>
    wrap(text, style.width - 5).map((line, i) =>
      paint(style, 'yellow', `${i === 0 ? '  => ' : '     '}${line}`),
    ),
  );
}
