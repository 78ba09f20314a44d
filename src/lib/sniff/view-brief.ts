import type { Explained, ExplainedExchange } from './explained.js';
import { hide, printable, sizeText } from './hide.js';
import { plainReplyOf } from './reply.js';
import {
  adviceLines,
  briefReplyText,
  firstColumns,
  paint,
  routeText,
  type ViewStyle,
} from './view-layout.js';

/** One line per observation, for watching many terminals at once; advice still gets lines of its own. */
export function renderBrief(explained: Explained, style: ViewStyle): string | null {
  switch (explained.kind) {
    case 'exchange':
      return lines(style, exchangeLine(explained, style), explained.advice);
    case 'foreign': {
      const { traffic, sentence, advice } = explained;
      return lines(style, line(style, traffic.atMs, `${routeText(traffic.connection)} ${sentence}`), advice);
    }
    case 'end': {
      const { end, sentence, advice } = explained;
      if (sentence === null) return null;
      return lines(style, line(style, end.atMs, `${routeText(end.connection)} ${sentence}`), advice);
    }
    case 'notice':
      return lines(style, paint(style, 'red', `! ${explained.notice.message}`), explained.advice);
  }
}

function exchangeLine(explained: ExplainedExchange, style: ViewStyle): string {
  const { exchange, dialect, deviceSn, what, punches, unread, dropped } = explained;
  const { remoteAddress } = exchange.connection;
  const found = [
    punches.length > 0 ? `${punches.length} punch${punches.length === 1 ? '' : 'es'}` : '',
    unread.length > 0 ? `${unread.length} unread` : '',
    dropped.length > 0 ? `${sizeText(dropped.reduce((sum, { bytes }) => sum + bytes, 0))} not kept` : '',
  ].filter((each) => each !== '');
  const who = [remoteAddress, dialect ?? '-', deviceSn ?? '-', what].join(' ');
  const means = found.length === 0 ? '' : ` ${found.join(', ')}`;
  return line(style, exchange.requestAtMs, `${who}${means} -> ${answerText(explained)}`);
}

function answerText({ exchange: { reply, connection }, serveReply }: ExplainedExchange): string {
  if (reply !== null) return briefReplyText(plainReplyOf(reply));
  // What was read from a file was never asked.
  const isAsked = connection.port !== 0;
  return isAsked || serveReply === null ? 'no answer' : `hip serve: ${briefReplyText(serveReply)}`;
}

function line(style: ViewStyle, atMs: number, text: string): string {
  const time = style.timeOfDay(atMs);
  return `${paint(style, 'dim', time)} ${firstColumns(printable(hide(text)), style.width - time.length - 1)}`;
}

function lines(style: ViewStyle, first: string, advice: Parameters<typeof adviceLines>[1]): string {
  return [first, ...adviceLines(style, advice)].join('\n');
}
