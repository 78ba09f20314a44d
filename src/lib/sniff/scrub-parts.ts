import { openBody } from '../dialects/fkweb/frame.js';
import type { FkMessage } from '../dialects/fkweb/message.js';

/**
 * Messages that come in parts (fkweb.md 1.5), held until the last: a part alone shows nothing of what it holds. The
 * order is the dialect's own: 1, 2, 3 …, then 0; the part before may be repeated.
 */
export interface HeldPart<Value> {
  readonly value: Value;
  readonly message: FkMessage;
  /** Brings the same bytes as one before. */
  readonly isRepeat: boolean;
}

export interface TakenPart<Value> {
  /** One message, whole; empty while it waits. */
  readonly ready: readonly HeldPart<Value>[];
  /** What lost its connection to what follows. */
  readonly broken: readonly HeldPart<Value>[];
}

interface Transfer<Value> {
  held: HeldPart<Value>[];
  bytes: number;
}

const MAX_BYTES = 64 * 1_048_576;
const MAX_TRANSFERS = 256;
const NOTHING = { ready: [], broken: [] };

export class MessageParts<Value> {
  readonly #open = new Map<string, Transfer<Value>>();
  #bytes = 0;

  take(part: HeldPart<Value>): TakenPart<Value> {
    const { message } = part;
    const key = `${message.deviceSn}\n${message.requestCode} ${message.transId}`;
    const { blockNo } = message;
    if (blockNo === null || blockNo < 0) return { ready: [part], broken: [] };
    return blockNo === 0 ? this.#end(key, part) : this.#add(key, part);
  }

  /** Everything that waits, a list per message. */
  drain(): HeldPart<Value>[][] {
    const all = [...this.#open.values()].map(({ held }) => held);
    this.#open.clear();
    this.#bytes = 0;
    return all;
  }

  #add(key: string, part: HeldPart<Value>): TakenPart<Value> {
    const transfer = this.#open.get(key);
    const last = transfer?.held.at(-1);
    const { blockNo, body } = part.message;
    if (transfer !== undefined && last !== undefined) {
      const isRepeat = blockNo === last.message.blockNo && Buffer.compare(body, last.message.body) === 0;
      if (isRepeat || blockNo === (last.message.blockNo ?? 0) + 1)
        return this.#hold(key, transfer, { ...part, isRepeat });
    }
    const broken = this.#drop(key);
    if (blockNo !== 1) return { ready: [], broken: [...broken, part] };
    const begun = this.#hold(key, { held: [], bytes: 0 }, part);
    return { ready: begun.ready, broken: [...broken, ...begun.broken] };
  }

  #hold(key: string, transfer: Transfer<Value>, part: HeldPart<Value>): TakenPart<Value> {
    transfer.held.push(part);
    transfer.bytes += part.message.body.length;
    this.#bytes += part.message.body.length;
    this.#open.delete(key);
    this.#open.set(key, transfer);
    if (this.#bytes <= MAX_BYTES && this.#open.size <= MAX_TRANSFERS) return NOTHING;
    const oldest = this.#open.keys().next().value;
    return { ready: [], broken: oldest === undefined ? [] : this.#drop(oldest) };
  }

  #end(key: string, part: HeldPart<Value>): TakenPart<Value> {
    const opened = openBody(part.message.body).body !== null;
    if (opened || part.message.body.length === 0) return { ready: [part], broken: this.#drop(key) };
    return { ready: [...this.#drop(key), part], broken: [] };
  }

  #drop(key: string): readonly HeldPart<Value>[] {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return [];
    this.#open.delete(key);
    this.#bytes -= transfer.bytes;
    return transfer.held;
  }
}
