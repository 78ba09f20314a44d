import type { Koffi } from '../koffi.js';

/** Declarations of crypt32.dll: the data protection of Windows (dpapi.h, wincrypt.h). */

/** Any process of this PC may open it, not only those of the user who sealed it. */
export const CRYPTPROTECT_LOCAL_MACHINE = 0x4;
/** A service has no desktop to ask on: fail instead. */
export const CRYPTPROTECT_UI_FORBIDDEN = 0x1;

export interface Crypt32 {
  /** Null where Windows refuses. */
  protect(plain: Buffer, entropy: Buffer): Buffer | null;
  /** Null where Windows refuses: another PC, other entropy, a changed byte. */
  unprotect(sealed: Buffer, entropy: Buffer): Buffer | null;
}

const FLAGS = CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN;

/** DATA_BLOB */
interface Blob {
  cb: number;
  pb: unknown;
}

type Call = (
  input: Blob,
  description: null,
  entropy: Blob,
  ...rest: [reserved: null, prompt: null, flags: number, output: Partial<Blob>]
) => number;

export function declareCrypt32(koffi: Koffi): Crypt32 {
  const library = koffi.load('crypt32.dll');
  const localFree = koffi.load('kernel32.dll').func('LocalFree', 'void *', ['void *']);
  const blob = koffi.struct({ cb: 'uint32_t', pb: 'void *' });
  const [input, output] = [koffi.pointer(blob), koffi.out(koffi.pointer(blob))];
  const rest = ['void *', 'void *', 'uint32_t', output];
  // BOOL is an int: only zero says that it failed.
  const protect: Call = library.func('CryptProtectData', 'int', [input, 'void *', input, ...rest]);
  const unprotect: Call = library.func('CryptUnprotectData', 'int', [input, 'void *', input, ...rest]);
  const through = (call: Call, data: Buffer, entropy: Buffer): Buffer | null => {
    const made: Partial<Blob> = {};
    if (call(toBlob(data), null, toBlob(entropy), null, null, FLAGS, made) === 0) return null;
    try {
      return Buffer.from(koffi.decode(made.pb, 'uint8_t', made.cb ?? 0));
    } finally {
      localFree(made.pb);
    }
  };
  return {
    protect: (plain, entropy) => through(protect, plain, entropy),
    unprotect: (sealed, entropy) => through(unprotect, sealed, entropy),
  };
}

function toBlob(data: Buffer): Blob {
  return { cb: data.length, pb: data };
}
