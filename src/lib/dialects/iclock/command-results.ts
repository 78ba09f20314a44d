import type { CommandResult } from '../dialect.js';
import { type Facts, takeFact } from './facts.js';
import { carriesSecret, isSecretName } from './secrets.js';
import type { Tally } from './tally.js';

/**
 * Results of commands (adms.md 11.1): `ID=…&Return=…&CMD=…` one per line; `Shell` and `GetFile` answer with the same
 * names on lines of their own and a `Content=`; `INFO` adds `Key=Value` lines.
 */

interface OpenResult {
  id: string;
  returnCode: number | string | null;
  command: string | null;
  details: string[];
}

const RESULT_START = /^\s*ID=/i;
const NAME = /^~?\w{1,64}$/;
const MAX_DETAIL_LINES = 100;
const MAX_DETAIL_CHARS = 200;

export class CommandResultReader {
  readonly facts: Facts = {};
  /** From the body, for requests without one in the query. */
  sn: string | null = null;
  readonly #results: OpenResult[] = [];
  readonly #tally: Tally;
  /** `Content=` runs to the end of the body: a file or a shell's output, which nobody asked hip to keep. */
  #inContent = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  static startsResult(line: string): boolean {
    return RESULT_START.test(line);
  }

  /** Takes one line; false when it belongs to no result. */
  read(line: string): boolean {
    if (RESULT_START.test(line)) {
      this.#inContent = false;
      this.#results.push({ id: '', returnCode: null, command: null, details: [] });
      for (const pair of line.split('&')) this.#readPair(pair);
      this.#tally.addSkipped();
      return true;
    }
    if (this.#results.length === 0) return false;
    if (this.#inContent) {
      this.#tally.addDropped('command output', line.length);
      return true;
    }
    this.#readPair(line);
    this.#tally.addSkipped();
    return true;
  }

  finish(): CommandResult[] {
    return this.#results
      .filter((result) => result.id !== '')
      .map((result) => ({
        id: result.id,
        returnCode: result.returnCode ?? '',
        command: result.command ?? '',
        detail: result.details.length === 0 ? null : result.details.join('\n'),
      }));
  }

  #readPair(pair: string): void {
    const result = this.#results.at(-1)!;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? '' : pair.slice(0, equals).trim();
    const value = equals < 0 ? pair : pair.slice(equals + 1).trim();
    switch (name.toLowerCase()) {
      case 'id':
        result.id ||= wordOf(value);
        return;
      case 'return':
        result.returnCode ??= /^-?\d{1,9}$/.test(value) ? Number(value) : wordOf(value);
        return;
      case 'cmd':
        result.command ??= verbOf(value);
        return;
      case 'sn':
        this.sn ??= value;
        return;
      case 'content':
        this.#inContent = true;
        this.#tally.noteDropped('command output', value.length);
        return;
      default:
        this.#keepDetail(result, name, value);
    }
  }

  #keepDetail(result: OpenResult, name: string, value: string): void {
    const isPair = NAME.test(name) && !isSecretName(name);
    if (isPair) takeFact(this.facts, name, value);
    const text = isPair ? `${name}=${value}` : value;
    const isKept = (isPair || name === '') && text.length <= MAX_DETAIL_CHARS && !carriesSecret(text);
    if (isKept && result.details.length < MAX_DETAIL_LINES) result.details.push(text);
    else this.#tally.noteDropped('command detail', name.length + value.length);
  }
}

/** Ids and codes are one word; what is glued to it may be anything. */
function wordOf(value: string): string {
  return /^[\w.+-]{1,64}/.exec(value)?.[0] ?? '';
}

/** `DATA UPDATE USERINFO` of a command that is repeated with its fields, a password perhaps among them. */
function verbOf(command: string): string {
  return command.slice(0, MAX_DETAIL_CHARS).replace(/\s*\S+=.*$/s, '');
}
