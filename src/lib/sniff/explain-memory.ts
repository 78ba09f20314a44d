import type { DeviceState, Reading, WireRequest } from '../dialects/dialect.js';
import { isFkRequest, parseMessage } from '../dialects/fkweb/message.js';

/** What was seen of devices since the start; takes the journal's place and forgets the oldest. */
const MAX_DEVICES = 1_000;
const MAX_TRANSFERS = 256;
const MAX_PARTS = 10_000;

export class DeviceMemory {
  readonly #devices = new Map<string, DeviceState>();

  get(sn: string): DeviceState | undefined {
    return this.#devices.get(sn);
  }

  learn({ deviceSn, facts, stamps }: Reading): void {
    if (deviceSn === null || Object.keys(facts).length + Object.keys(stamps).length === 0) return;
    const before = this.#devices.get(deviceSn);
    this.#devices.delete(deviceSn);
    this.#devices.set(deviceSn, {
      facts: { ...before?.facts, ...facts },
      stamps: { ...before?.stamps, ...stamps },
    });
    const oldest = this.#devices.keys().next().value;
    if (this.#devices.size > MAX_DEVICES && oldest !== undefined) this.#devices.delete(oldest);
  }
}

/** Which exchanges brought the leading parts of FK messages (fkweb.md 1.5). */
export class TransferParts {
  readonly #open = new Map<string, readonly number[]>();

  /** The exchanges that the request continues, in order. */
  note(request: WireRequest, number: number): readonly number[] {
    const message = isFkRequest(request) ? parseMessage(request) : null;
    if (message === null || message.blockNo === null || message.blockNo < 0) return [];
    const key = `${message.deviceSn}\n${message.requestCode} ${message.transId}`;
    const earlier = message.blockNo === 1 ? [] : (this.#open.get(key) ?? []);
    this.#open.delete(key);
    // A repeated part 0 continues the same parts.
    const now = message.blockNo === 0 ? earlier : [...earlier, number];
    if (now.length > 0 && now.length <= MAX_PARTS) this.#open.set(key, now);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_TRANSFERS && oldest !== undefined) this.#open.delete(oldest);
    return earlier;
  }
}
