import type { Reading } from '../dialect.js';
import { type IclockCall, legacyEncoding, OK, readingOf } from './call.js';
import { decodeText, eachTextLine, encodeText, isBlank } from './lines.js';
import { carriesSecret, isPicture } from './secrets.js';
import { splitFragments, Tally } from './tally.js';

/**
 * Uploads that nobody knows: kept whole and acknowledged, or the device's queue blocks behind them (adms.md 4).
 * Lines that carry a template or a password are dropped from them first.
 */
export function readUnknown(call: IclockCall, reason: string, sn: string | null = call.sn): Reading {
  const tally = new Tally();
  keepWhole(call, tally, reason);
  return readingOf(sn, tally, OK);
}

export function keepWhole(call: IclockCall, tally: Tally, reason: string): void {
  const { body } = call.request;
  if (isPicture(body)) {
    tally.addDropped('photo', body.length);
    return;
  }
  const text = decodeText(body, legacyEncoding(call));
  if (isBlank(text)) return;
  if (!carriesSecret(text)) {
    tally.unread.push(...splitFragments(reason, body));
    return;
  }
  const rest: string[] = [];
  eachTextLine(text, (line) => {
    if (carriesSecret(line.text)) tally.addDropped('line with a secret', line.text.length);
    else rest.push(line.text);
  });
  if (rest.length > 0) tally.unread.push(...splitFragments(reason, encodeText(`${rest.join('\n')}\n`)));
}
