/**
 * One after the other. A body of full size becomes some 400,000 punches, which take twenty times its memory until they
 * are on disk; the journal takes what comes in one turn of the event loop together, and whole bodies do come
 * together: while one is read, the others arrive.
 *
 * States: free -> taken (take) -> taken (pass, somebody waits) -> free (pass)
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** Calls when it is the caller's turn, who then has to `pass` it on. */
  take(begin: () => void): void {
    if (this.#isTaken) {
      this.#waiting.push(begin);
      return;
    }
    this.#isTaken = true;
    begin();
  }

  /** The next begins in another turn of the event loop, so that small requests are answered in between. */
  pass(): void {
    const next = this.#waiting.shift();
    if (next) setImmediate(next);
    else this.#isTaken = false;
  }
}
