import { closeSync, fstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './errors.js';
import { makeFolder } from './make-folder.js';

export interface LogFileSettings {
  readonly dir: string;
  /** `hip` makes `hip.1.log`, `hip.2.log`, … */
  readonly name: string;
  /** Size at which the next file begins. */
  readonly maxBytes: number;
  /** Files kept, those of earlier runs included. */
  readonly files: number;
  /** Told once, when a line could not be written; the next lines try again. */
  readonly onFault: (problem: string) => void;
  /** Told when lines are written again, with how many are missing. */
  readonly onRecovered: (missing: number) => void;
}

/**
 * Lines into numbered files, the newest with the highest number. Written at once, so that a crash loses none; no
 * renaming, which Windows refuses while somebody reads along. Never throws: a full disk, a folder taken away or a
 * virus scanner that holds a file cost lines, and nothing else.
 *
 *   closed -> open (first line) -> open (next file) …
 *   open   -> closed (close, or a fault; the next line opens again)
 */
export class LogFile {
  readonly #settings: LogFileSettings;
  #open: { readonly handle: number; bytes: number } | null = null;
  #missing = 0;
  /** A disk takes the beginning of a line that it has no room for. */
  #isCut = false;

  constructor(settings: LogFileSettings) {
    this.#settings = settings;
  }

  write(line: string): void {
    const missing = this.#missing;
    try {
      this.#append(Buffer.from(this.#isCut ? `\n${line}` : line));
      this.#missing = 0;
    } catch (error) {
      this.#missing += 1;
      this.#abandon();
      if (missing === 0) this.#settings.onFault(messageOf(error));
      return;
    }
    if (missing > 0) this.#settings.onRecovered(missing);
  }

  close(): void {
    const file = this.#open;
    this.#open = null;
    if (file) closeSync(file.handle);
  }

  /** On shares the close of a file tells once more what its write told. */
  #abandon(): void {
    try {
      this.close();
    } catch (error) {
      this.#settings.onFault(messageOf(error));
    }
  }

  #append(line: Buffer): void {
    const file = this.#fileFor(line.length);
    for (let done = 0; done < line.length; ) {
      const bytes = writeSync(file.handle, line, done);
      done += bytes;
      file.bytes += bytes;
      this.#isCut = done < line.length;
    }
  }

  #fileFor(bytes: number): { readonly handle: number; bytes: number } {
    const { maxBytes } = this.#settings;
    this.#open ??= this.#openNumber(Math.max(1, ...this.#numbers()));
    if (this.#open.bytes > 0 && this.#open.bytes + bytes > maxBytes) {
      const next = this.#openNumber(Math.max(0, ...this.#numbers()) + 1);
      this.close();
      this.#open = next;
      this.#removeOld();
    }
    return this.#open;
  }

  #openNumber(number: number): { readonly handle: number; bytes: number } {
    makeFolder(this.#settings.dir);
    const handle = openSync(this.#path(number), 'a');
    return { handle, bytes: fstatSync(handle).size };
  }

  #removeOld(): void {
    const numbers = this.#numbers().sort((a, b) => b - a);
    for (const number of numbers.slice(this.#settings.files)) rmSync(this.#path(number), { force: true });
  }

  #numbers(): number[] {
    const { dir, name } = this.#settings;
    makeFolder(dir);
    return readdirSync(dir).flatMap((file) => {
      const number = /^\.(\d{1,9})\.log$/.exec(file.startsWith(name) ? file.slice(name.length) : '')?.[1];
      return number === undefined ? [] : [Number(number)];
    });
  }

  #path(number: number): string {
    return join(this.#settings.dir, `${this.#settings.name}.${number}.log`);
  }
}
