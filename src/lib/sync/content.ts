import { createHash, type Hash } from 'node:crypto';
import type { OpenedFile } from './opened-file.js';

/**
 * The content identity of a file up to a point: a hash of every byte before it, fed with the very bytes that the
 * format was given. So a checkpoint holds only where all that was read before it still stands there: growth keeps
 * it, any other change of the file doesn't, wherever in the file it is.
 */
export class ContentTrail {
  readonly #file: OpenedFile;
  #hash: Hash = createHash('sha256');
  #hashedBytes = 0;
  /** What the format was given behind `#hashedBytes`; null from when that came to be too much to the next `give`. */
  #kept: Uint8Array[] | null = null;
  #keptBytes = 0;

  constructor(file: OpenedFile) {
    this.#file = file;
  }

  /** Hands the bytes from `offsetBytes` on to the format. A second call starts anew. */
  async *give(offsetBytes: number): AsyncGenerator<Uint8Array> {
    await this.#moveTo(offsetBytes);
    this.#kept = [];
    this.#keptBytes = 0;
    for await (const piece of this.#file.pieces(offsetBytes)) {
      this.#keep(piece);
      yield piece;
    }
  }

  /** The identity of the bytes before `offsetBytes`, which never goes backwards while a format reads. */
  async identityAt(offsetBytes: number): Promise<string> {
    const isKept = this.#kept !== null && offsetBytes <= this.#hashedBytes + this.#keptBytes;
    if (isKept) {
      this.#useKept(offsetBytes);
    } else {
      this.#kept = null;
      await this.#moveTo(offsetBytes);
    }
    return render(offsetBytes, this.#hash);
  }

  async #moveTo(offsetBytes: number): Promise<void> {
    if (offsetBytes < this.#hashedBytes) {
      this.#hash = createHash('sha256');
      this.#hashedBytes = 0;
    }
    for await (const piece of this.#file.pieces(this.#hashedBytes, offsetBytes)) this.#hash.update(piece);
    this.#hashedBytes = offsetBytes;
  }

  #keep(piece: Uint8Array): void {
    if (this.#kept === null) return;
    this.#kept.push(piece);
    this.#keptBytes += piece.length;
    // A first pass over the whole file asks for no identities: then the file itself is read again for them.
    if (this.#keptBytes > MOST_KEPT_BYTES) this.#kept = null;
  }

  #useKept(offsetBytes: number): void {
    const kept = this.#kept ?? [];
    while (this.#hashedBytes < offsetBytes) {
      const piece = kept[0]!;
      const wanted = piece.subarray(0, offsetBytes - this.#hashedBytes);
      this.#hash.update(wanted);
      this.#hashedBytes += wanted.length;
      this.#keptBytes -= wanted.length;
      if (wanted.length === piece.length) kept.shift();
      else kept[0] = piece.subarray(wanted.length);
    }
  }
}

/** The most that lies between two checkpoints is a chunk of long lines. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

/** True when all that was read up to a checkpoint stands in the file as it stood then. */
export async function stillHolds(
  file: OpenedFile,
  { identity, offsetBytes }: { readonly identity: string; readonly offsetBytes: number },
): Promise<boolean> {
  if (offsetBytes > file.sizeBytes) return false;
  return (await identityOf(file, offsetBytes)) === identity;
}

export async function identityOf(file: OpenedFile, offsetBytes = file.sizeBytes): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of file.pieces(0, offsetBytes)) hash.update(piece);
  return render(offsetBytes, hash);
}

function render(bytes: number, hash: Hash): string {
  return `sha256:${bytes}:${hash.copy().digest('hex')}`;
}
