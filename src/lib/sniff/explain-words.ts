import type { DialectName, Reading, WireRequest } from '../dialects/dialect.js';
import type { SniffedExchange } from './exchange.js';
import { hide, printable, shorten } from './hide.js';

/** What a request is, in words. */
export interface Description {
  readonly what: string;
  readonly sentence: string;
  readonly details: readonly string[];
}

export interface Described {
  readonly request: WireRequest;
  readonly dialect: DialectName | null;
  readonly reading: Reading;
  readonly exchange: SniffedExchange;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** The first lines of a text body, without what must not be shown. */
export function bodyLines(body: Uint8Array, most = 6): string[] {
  if (body.length === 0) return [];
  const text = new TextDecoder().decode(body.subarray(0, 4_096));
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return [];
  const lines = hide(text)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  const shown = lines.slice(0, most).map((line) => shorten(printable(line), 200));
  return lines.length > most || body.length > 4_096 ? [...shown, '…'] : shown;
}
