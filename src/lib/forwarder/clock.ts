/** Time as the forwarder is handed it, so that its tests need none. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  nowMs(): number;
  /** Calls back once, `ms` from now; the returned function cancels. */
  after(ms: number, call: () => void): () => void;
}

/** One wait at a time, that can be ended early. */
export class Pause {
  readonly #clock: Clock;
  #end: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => this.end());
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Without effect when nobody waits. */
  end(): void {
    const end = this.#end;
    this.#end = null;
    end?.();
  }
}
