import type { Explained, ExplainedExchange } from './explained.js';
import { sizeText } from './hide.js';
import { coveredBytes, type Shown } from './view-cover.js';
import { adviceLines, field, paint, routeText, type ViewStyle } from './view-layout.js';
import { meaningLines, renderText, replyLines, titleLines, titleOf } from './view-text.js';

/** The bytes themselves, beside what they mean; secrets are covered, binaries stand as sizes. */
const MOST_BYTES = 1_024;
const ROW_BYTES = 16;

export function renderHex(explained: Explained, style: ViewStyle): string | null {
  if (explained.kind === 'exchange') return renderExchange(explained, style).join('\n');
  if (explained.kind !== 'foreign') return renderText(explained, style);
  const { traffic, sentence, advice } = explained;
  return [
    titleOf(style, traffic.atMs, `${routeText(traffic.connection)}  no HTTP`),
    ...field(style, '', sentence),
    ...dump(style, [{ from: 0, bytes: traffic.head, left: 0 }]),
    ...adviceLines(style, advice),
  ].join('\n');
}

function renderExchange(explained: ExplainedExchange, style: ViewStyle): string[] {
  const { exchange } = explained;
  const answer =
    exchange.reply === null ? [] : dump(style, coveredBytes(exchange.reply.bytes, exchange.reply.body));
  return [
    ...titleLines(explained, style),
    ...dump(style, coveredBytes(exchange.requestBytes, exchange.request.body)),
    ...field(style, 'means', explained.sentence),
    ...meaningLines(explained, style),
    ...replyLines(explained, style),
    ...answer,
    ...adviceLines(style, explained.advice),
  ];
}

function dump(style: ViewStyle, pieces: readonly Shown[]): string[] {
  const lines: string[] = [];
  let shown = 0;
  for (const { from, bytes, left } of pieces) {
    const kept = bytes.subarray(0, Math.max(0, MOST_BYTES - shown));
    shown += kept.length;
    for (let at = 0; at < kept.length; at += ROW_BYTES) {
      lines.push(row(style, from + at, kept.subarray(at, at + ROW_BYTES)));
    }
    const unseen = left + bytes.length - kept.length;
    if (unseen > 0) lines.push(paint(style, 'dim', `  …… ${sizeText(unseen)} not shown`));
  }
  return lines;
}

function row(style: ViewStyle, offset: number, bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const halves = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(48);
  const text = [...bytes].map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `  ${paint(style, 'dim', offset.toString(16).padStart(4, '0'))}  ${halves}  ${text}`;
}
