import { createHash } from 'node:crypto';
import { loadKoffi } from './koffi.js';
import { SEAL_PREFIX } from './sealed.js';
import { declareCrypt32 } from './win32/crypt32.js';

/**
 * Secrets at rest on Windows, sealed by the system's own key of this PC (DPAPI, machine scope): the service account
 * opens what the installing user sealed, and a copied file opens nowhere else. Against a person who is logged in on
 * this PC it protects nothing: that is the business of the data folder's access list.
 */
export interface Dpapi {
  /** `dpapi:` and base64 */
  seal(plain: string): string;
  /** Null when this PC can't open it: sealed elsewhere, or changed. */
  open(sealed: string): string | null;
}

/** A label, not a secret: keeps hip's seals apart from those of other programs. */
const ENTROPY = Buffer.from('hip');
/** DPAPI takes no empty text, and an empty password is one too. */
const FRONT = Buffer.from('=');
/** Behind the sealed bytes: Wine looks at a part of them only, and a typing fault is no riddle for Windows. */
const CHECKSUM_BYTES = 8;

/** Loads what is needed to seal and open; Windows only. */
export async function openDpapi(): Promise<Dpapi> {
  const crypt32 = declareCrypt32(await loadKoffi());
  return {
    seal(plain) {
      const sealed = crypt32.protect(Buffer.concat([FRONT, Buffer.from(plain)]), ENTROPY);
      if (sealed === null) throw new Error('CryptProtectData failed');
      return SEAL_PREFIX + Buffer.concat([sealed, checksum(sealed)]).toString('base64');
    },
    open(text) {
      const sealed = parse(text);
      const plain = sealed && crypt32.unprotect(sealed, ENTROPY);
      return plain?.subarray(0, FRONT.length).equals(FRONT)
        ? plain.subarray(FRONT.length).toString('utf8')
        : null;
    },
  };
}

/** The sealed bytes, or null where the text is not, to the last character, what `seal` gave. */
function parse(text: string): Buffer | null {
  const bytes = Buffer.from(text.slice(SEAL_PREFIX.length), 'base64');
  if (bytes.toString('base64') !== text.slice(SEAL_PREFIX.length)) return null;
  const sealed = bytes.subarray(0, -CHECKSUM_BYTES);
  return checksum(sealed).equals(bytes.subarray(-CHECKSUM_BYTES)) ? sealed : null;
}

function checksum(sealed: Buffer): Buffer {
  return createHash('sha256').update(sealed).digest().subarray(0, CHECKSUM_BYTES);
}
