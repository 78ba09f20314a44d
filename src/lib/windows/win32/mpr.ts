import { loadKoffi } from '../koffi.js';

/** mpr.dll, which knows what network folder a drive letter stands for. */
export interface NetworkCalls {
  /** `\\server\share` of `Z:`; null when the letter is no network drive of whoever asks. */
  remoteName(drive: string): string | null;
}

/** More than any path has. */
const NAME_MAX_CHARS = 1_024;

export async function loadNetworkCalls(): Promise<NetworkCalls> {
  const koffi = await loadKoffi();
  const getConnection = koffi
    .load('mpr.dll')
    .func('uint32_t __stdcall WNetGetConnectionW(str16 local, void *remote, _Inout_ uint32_t *chars)');
  return {
    remoteName: (drive) => {
      const remote = Buffer.alloc(NAME_MAX_CHARS * 2);
      const failed = getConnection(drive, remote, [NAME_MAX_CHARS]) as number;
      return failed ? null : remote.toString('utf16le').replace(/\0.*$/s, '');
    },
  };
}
