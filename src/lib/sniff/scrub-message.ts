import { openBody } from '../dialects/fkweb/frame.js';
import { textAt } from '../dialects/fkweb/json.js';
import type { FkMessage } from '../dialects/fkweb/message.js';
import { scrubFrame } from './scrub-frame.js';

/** Devices of which something is remembered. */
const MAX_DEVICES = 256;

interface End {
  readonly original: Uint8Array;
  readonly scrubbed: Uint8Array;
}

/** Scrubs what FKWeb messages hold, by what their device said before; it gives bytes of the same lengths. */
export class MessageScrubber {
  /** `fk_bin_data_lib` as each device said it: how the binaries are laid out that it sends without saying it again. */
  readonly #libraries = new Map<string, string>();
  /** The last part of the last message that came in parts. */
  readonly #ends = new Map<string, End>();

  scrub({ deviceSn, body }: FkMessage): Uint8Array {
    this.#noteLibrary(deviceSn, body);
    const end = this.#ends.get(deviceSn);
    // The device did not hear the answer to the last part and sends it once more.
    const isRepeat = end !== undefined && Buffer.compare(end.original, body) === 0;
    return isRepeat ? end.scrubbed : scrubFrame(body, this.#libraries.get(deviceSn) ?? '');
  }

  /** Parts that end together: joined, scrubbed as the one message they are, and cut again, by their block numbers. */
  scrubParts(inOrder: readonly FkMessage[]): ReadonlyMap<number | null, Uint8Array> {
    const sn = inOrder[0]?.deviceSn ?? '';
    const whole = scrubFrame(Buffer.concat(inOrder.map(({ body }) => body)), this.#libraries.get(sn) ?? '');
    const pieces = new Map<number | null, Uint8Array>();
    let at = 0;
    for (const { blockNo, body } of inOrder) {
      pieces.set(blockNo, whole.subarray(at, at + body.length));
      at += body.length;
    }
    const last = inOrder.at(-1)!;
    remember(this.#ends, sn, { original: last.body, scrubbed: pieces.get(last.blockNo)! });
    return pieces;
  }

  #noteLibrary(sn: string, body: Uint8Array): void {
    const json = openBody(body).body?.json;
    const library = json === undefined ? null : textAt(json, 'fk_bin_data_lib');
    if (library !== null) remember(this.#libraries, sn, library);
  }
}

function remember<Value>(map: Map<string, Value>, sn: string, value: Value): void {
  map.delete(sn);
  map.set(sn, value);
  const oldest = map.keys().next().value;
  if (map.size > MAX_DEVICES && oldest !== undefined) map.delete(oldest);
}
