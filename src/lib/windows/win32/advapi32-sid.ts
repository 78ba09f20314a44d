import type { Koffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that tells whom a security identifier stands for. Null where it does not know. */
export interface SidCalls {
  /** `S-1-5-…` */
  text(sid: Pointer): string | null;
  /** `PC\name` */
  accountName(sid: Pointer): string | null;
}

const NAME_MAX_CHARS = 256;

export function declareSids(koffi: Koffi): SidCalls {
  const advapi32 = koffi.load('advapi32.dll');
  const localFree = koffi.load('kernel32.dll').func('void * __stdcall LocalFree(void *memory)');
  const toText = advapi32.func('bool __stdcall ConvertSidToStringSidW(void *sid, _Out_ void **text)');
  const lookUp = advapi32.func(
    'bool __stdcall LookupAccountSidW(str16 machine, void *sid, void *name, _Inout_ uint32_t *nameChars, void *domain, _Inout_ uint32_t *domainChars, _Out_ int *use)',
  );
  return {
    text: (sid) => {
      const text: [Pointer | null] = [null];
      if (!toText(sid, text) || text[0] === null) return null;
      const said = koffi.decode.string16(text[0]);
      localFree(text[0]);
      return said;
    },
    accountName: (sid) => {
      const [name, domain] = [Buffer.alloc(NAME_MAX_CHARS * 2), Buffer.alloc(NAME_MAX_CHARS * 2)];
      const [nameChars, domainChars]: [[number], [number]] = [[NAME_MAX_CHARS], [NAME_MAX_CHARS]];
      if (!lookUp(null, sid, name, nameChars, domain, domainChars, [0])) return null;
      const parts = [
        domain.toString('utf16le', 0, domainChars[0] * 2),
        name.toString('utf16le', 0, nameChars[0] * 2),
      ];
      return parts.filter((part) => part !== '').join('\\');
    },
  };
}
