import type { Punch } from '../punch.js';
import type { Explained, ExplainedExchange } from './explained.js';
import { durationText, hide, printable, shorten, sizeText } from './hide.js';
import { isSameReply, plainReplyOf } from './reply.js';
import { adviceLines, field, paint, replyText, routeText, type ViewStyle, wrap } from './view-layout.js';

/** The full view: what came, what it means, what was answered, and what to do. */
const MOST_PUNCHES = 5;
/** What hip notes of its own account, not the device. */
const OWN_FACTS = new Set(['clockOffsetSeconds', 'registryCode', 'clockSetSentAt']);

export function renderText(explained: Explained, style: ViewStyle): string | null {
  switch (explained.kind) {
    case 'exchange':
      return renderExchange(explained, style).join('\n');
    case 'foreign': {
      const { traffic, sentence, advice } = explained;
      const title = titleOf(style, traffic.atMs, `${routeText(traffic.connection)}  no HTTP`);
      const head = `${sizeText(traffic.head.length)}: ${hexStart(traffic.head)}`;
      return [
        title,
        ...field(style, '', sentence),
        ...field(style, 'begins', head),
        ...adviceLines(style, advice),
      ].join('\n');
    }
    case 'end': {
      const { end, sentence, advice } = explained;
      if (sentence === null && advice.length === 0) return null;
      const title = titleOf(style, end.atMs, `${routeText(end.connection)}  closed`);
      return [title, ...field(style, '', sentence ?? ''), ...adviceLines(style, advice)].join('\n');
    }
    case 'notice':
      return [
        ...wrap(`! ${explained.notice.message}`, style.width).map((line) => paint(style, 'red', line)),
        ...adviceLines(style, explained.advice),
      ].join('\n');
  }
}

export function titleOf(style: ViewStyle, atMs: number, text: string): string {
  return `${paint(style, 'dim', style.timeOfDay(atMs))}  ${paint(style, 'bold', text)}`;
}

/** The line that begins an exchange, and the one that says what was asked. */
export function titleLines(explained: ExplainedExchange, style: ViewStyle): string[] {
  const { exchange, dialect, deviceSn } = explained;
  const who = [
    `#${exchange.number}`,
    routeText(exchange.connection),
    dialect ?? 'no dialect',
    deviceSn ?? '',
  ];
  const { method, target, httpVersion, body } = exchange.request;
  const size = body.length === 0 ? '' : `, ${sizeText(body.length)}`;
  const shown = shorten(printable(hide(target)), 200);
  const request = wrap(`${method} ${shown} HTTP/${httpVersion}${size}`, style.width - 2);
  return [
    titleOf(style, exchange.requestAtMs, who.filter((each) => each !== '').join('  ')),
    ...request.map((line) => `  ${paint(style, 'dim', line)}`),
  ];
}

function renderExchange(explained: ExplainedExchange, style: ViewStyle): string[] {
  return [
    ...titleLines(explained, style),
    ...field(style, 'means', explained.sentence),
    ...explained.details.flatMap((line, i) => field(style, i === 0 ? 'says' : '', line)),
    ...meaningLines(explained, style),
    ...replyLines(explained, style),
    ...adviceLines(style, explained.advice),
  ];
}

export function meaningLines(explained: ExplainedExchange, style: ViewStyle): string[] {
  const { facts, clock, punches, unread, dropped, commandResults } = explained;
  const lines: string[] = [];
  const told = Object.entries(facts).filter(([name]) => !OWN_FACTS.has(name));
  if (told.length > 0) {
    lines.push(
      ...field(style, 'device', told.map(([name, value]) => `${name} ${printable(value)}`).join(', ')),
    );
  }
  if (clock !== null) lines.push(...field(style, 'clock', clockText(clock)));
  for (const punch of punches.slice(0, MOST_PUNCHES)) {
    lines.push(...field(style, 'punch', punchText(punch)).map((line) => paint(style, 'green', line)));
  }
  if (punches.length > MOST_PUNCHES)
    lines.push(...field(style, '', `… and ${punches.length - MOST_PUNCHES} more`));
  for (const { reason, bytes } of unread.slice(0, MOST_PUNCHES)) {
    lines.push(
      ...field(style, 'unread', `${reason} (${sizeText(bytes)})`).map((line) => paint(style, 'red', line)),
    );
  }
  for (const { kind, count, bytes } of dropped) {
    lines.push(...field(style, 'not kept', `${count} × ${kind}, ${sizeText(bytes)}`));
  }
  for (const { id, returnCode, command } of commandResults) {
    lines.push(...field(style, 'result', `command ${printable(id)} ${printable(command)}: ${returnCode}`));
  }
  return lines;
}

export function replyLines({ exchange, serveReply }: ExplainedExchange, style: ViewStyle): string[] {
  const { reply } = exchange;
  const expected = serveReply === null ? 'nothing' : printable(hide(replyText(serveReply)));
  if (reply === null && exchange.connection.port === 0) {
    return field(style, 'hip serve', `answers ${expected}`);
  }
  if (reply === null && serveReply === null) return field(style, 'answered', 'nothing (as hip serve does)');
  if (reply === null) {
    return [...field(style, 'answered', 'nothing'), ...field(style, 'hip serve', `answers ${expected}`)];
  }
  const given = plainReplyOf(reply);
  if (serveReply !== null && isSameReply(given, serveReply))
    return field(style, 'answered', `${expected} (as hip serve does)`);
  return [
    ...field(style, 'answered', printable(hide(replyText(given)))),
    ...field(style, 'hip serve', `answers ${expected}`),
  ];
}

function clockText({ time, aheadSeconds }: NonNullable<ExplainedExchange['clock']>): string {
  if (Math.abs(aheadSeconds) <= 2) return `${time}, right`;
  return `${time}, ${durationText(aheadSeconds)} ${aheadSeconds > 0 ? 'ahead' : 'behind'}`;
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: 'in',
  1: 'out',
  2: 'break-out',
  3: 'break-in',
  4: 'overtime-in',
  5: 'overtime-out',
  255: 'no state',
};
const VERIFY_WORDS: Readonly<Record<number, string>> = {
  1: 'finger',
  3: 'password',
  4: 'card',
  15: 'face',
  21: 'vein',
  25: 'palm',
};

function punchText({ userId, time, status, verify, workCode, suspect }: Punch): string {
  const words = [`user ${printable(userId)}`, time];
  if (status !== null) words.push(STATUS_WORDS[status] ?? `status ${status}`);
  if (verify !== null) words.push(VERIFY_WORDS[verify] ?? `verify ${verify}`);
  if (workCode !== null && workCode !== '' && workCode !== '0')
    words.push(`work code ${printable(workCode)}`);
  if (suspect !== null) words.push(`time is suspect (${suspect})`);
  return words.join('  ');
}

function hexStart(head: Uint8Array): string {
  const shown = [...head.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return head.length > 16 ? `${shown} …` : shown;
}
