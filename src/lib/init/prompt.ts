import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { HipError } from '../errors.js';

/**
 * Questions on a terminal. Nothing is shown but while an open question is asked: neither a password, nor what
 * somebody types ahead and might be one.
 *
 *   idle -> asking (shown or hidden) -> idle
 *   any  -> closed (close, Ctrl-C, end of input: every question from then on fails)
 */
export interface Prompt {
  say(text: string): void;
  /** Asks until the answer can be used. */
  ask<T>(question: Question<T>): Promise<T>;
  close(): void;
}

export interface Question<T> {
  readonly text: string;
  /** What Enter alone means. */
  readonly preset?: string;
  /** Typed unseen, and the preset is only said to be there. */
  readonly hidden?: boolean;
  readonly read: (typed: string) => Reading<T>;
}

/** The value, or what is wrong with it in one sentence. */
export type Reading<T> = { readonly value: T } | { readonly fault: string };

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

export function createPrompt(terminal: Terminal): Prompt {
  return new LinePrompt(terminal);
}

export function confirm(prompt: Prompt, text: string, preset: boolean): Promise<boolean> {
  return prompt.ask({
    text,
    preset: preset ? 'yes' : 'no',
    read: (typed) => {
      if (/^(y|yes)$/i.test(typed)) return { value: true };
      return /^(n|no)$/i.test(typed) ? { value: false } : { fault: 'Please type yes or no.' };
    },
  });
}

interface Waiting {
  readonly take: (line: string) => void;
  readonly fail: (error: HipError) => void;
}

class LinePrompt implements Prompt {
  readonly #output: NodeJS.WritableStream;
  readonly #lines: Interface;
  /** Typed before they were asked for. */
  readonly #ahead: string[] = [];
  #waiting: Waiting | null = null;
  #isShown = false;
  #isClosed = false;

  constructor({ input, output }: Terminal) {
    this.#output = output;
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.#isShown) output.write(chunk);
        done();
      },
    });
    // As a terminal even where it is none: then it is readline that echoes, and leaves it when told.
    this.#lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
    this.#lines.on('line', (line) => this.#heard(line));
    this.#lines.on('SIGINT', () => this.#lines.close());
    this.#lines.on('close', () => this.#ended());
  }

  say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  async ask<T>(question: Question<T>): Promise<T> {
    for (;;) {
      const line = await this.#line(question);
      const typed = question.hidden ? line : line.trim();
      const reading = question.read(typed === '' ? (question.preset ?? '') : typed);
      if ('value' in reading) return reading.value;
      this.say(`  ${reading.fault}`);
    }
  }

  close(): void {
    this.#lines.close();
  }

  #line({ text, preset = '', hidden = false }: Question<unknown>): Promise<string> {
    const shown = hidden ? 'Enter keeps the one known' : preset;
    const asked = `${text}${preset === '' ? '' : ` [${shown}]`}: `;
    this.#output.write(asked);
    const early = this.#ahead.shift();
    if (early !== undefined) {
      this.#output.write(hidden ? '\n' : `${early}\n`);
      return Promise.resolve(early);
    }
    if (this.#isClosed) return Promise.reject(stopped());
    this.#isShown = !hidden;
    // Redrawn by readline when a character is deleted.
    this.#lines.setPrompt(asked);
    return new Promise((take, fail) => {
      this.#waiting = { take, fail };
    });
  }

  #heard(line: string): void {
    const waiting = this.#waiting;
    if (!waiting) {
      this.#ahead.push(line);
      return;
    }
    if (!this.#isShown) this.#output.write('\n');
    this.#isShown = false;
    this.#waiting = null;
    waiting.take(line);
  }

  #ended(): void {
    this.#isClosed = true;
    if (this.#waiting) this.#output.write('\n');
    this.#waiting?.fail(stopped());
    this.#waiting = null;
  }
}

function stopped(): HipError {
  return new HipError('HIP_USAGE', 'Stopped before the last question; nothing was written.', {
    suggestions: ['hip init, to begin again', 'hip init --yes takes the answers from flags: hip init --help'],
  });
}
