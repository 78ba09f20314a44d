import { type Koffi, loadKoffi } from '../koffi.js';

/** powrprof.dll, which knows when the PC goes to sleep. */
export interface PowerCalls {
  /** Seconds without a person until it sleeps, on mains; 0 is never, null when the system does not tell. */
  sleepAfterSeconds(): number | null;
}

/** GUID_SLEEP_SUBGROUP and GUID_STANDBY_TIMEOUT (powrprof.h), as they lie in memory. */
const SLEEP_SUBGROUP = guid('238c9fa8-0aad-41ed-83f4-97be242c8f20');
const STANDBY_TIMEOUT = guid('29f6c1db-86da-48c5-9fdb-f2b67b1f44da');

/** Null where this Windows (or what stands for it) lacks the functions. */
export async function loadPowerCalls(): Promise<PowerCalls | null> {
  const koffi = await loadKoffi();
  try {
    return declare(koffi);
  } catch {
    // A missing function costs an advice, not an installation.
    return null;
  }
}

function declare(koffi: Koffi): PowerCalls {
  const powrprof = koffi.load('powrprof.dll');
  const activeScheme = powrprof.func(
    'uint32_t __stdcall PowerGetActiveScheme(void *root, _Out_ void **scheme)',
  );
  const readIndex = powrprof.func(
    'uint32_t __stdcall PowerReadACValueIndex(void *root, void *scheme, void *group, void *setting, _Out_ uint32_t *index)',
  );
  const localFree = koffi.load('kernel32.dll').func('void * __stdcall LocalFree(void *memory)');
  return {
    sleepAfterSeconds: () => {
      const scheme: [bigint | null] = [null];
      if (activeScheme(null, scheme) !== 0 || scheme[0] === null) return null;
      const index: [number] = [0];
      const failed = readIndex(null, scheme[0], SLEEP_SUBGROUP, STANDBY_TIMEOUT, index) as number;
      localFree(scheme[0]);
      return failed ? null : index[0];
    },
  };
}

/** The first three groups are numbers, stored with the low byte first; the rest are bytes. */
function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
