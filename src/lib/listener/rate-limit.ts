const MINUTE_MS = 60_000;
/** More keys than any site has; the ones least recently seen are forgotten first, in their favour. */
const MAX_KEYS = 20_000;

/**
 * So many a minute for each key, with a whole minute's worth at once: devices come in bursts. One number per key is
 * kept, the time until which what was admitted is used up.
 */
export class RateLimit {
  readonly #usedUpAtMs = new Map<string, number>();
  readonly #stepMs: number;

  /** @param perMinute 0 is no limit */
  constructor(perMinute: number) {
    this.#stepMs = perMinute === 0 ? 0 : MINUTE_MS / perMinute;
  }

  admits(key: string, nowMs: number): boolean {
    if (this.#stepMs === 0) return true;
    const known = this.#usedUpAtMs.get(key) ?? nowMs;
    // Further ahead than can be: the clock was set back, and nobody is to pay for that.
    const usedUpAtMs = known > nowMs + MINUTE_MS + this.#stepMs ? nowMs : Math.max(known, nowMs);
    if (usedUpAtMs + this.#stepMs > nowMs + MINUTE_MS) return false;
    this.#usedUpAtMs.delete(key);
    this.#usedUpAtMs.set(key, usedUpAtMs + this.#stepMs);
    if (this.#usedUpAtMs.size > MAX_KEYS) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    for (const key of this.#usedUpAtMs.keys()) {
      this.#usedUpAtMs.delete(key);
      return;
    }
  }
}
