import type { Koffi } from '../koffi.js';
import { declareSids } from './advapi32-sid.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll about who this process is, and what it is allowed. */
export interface TokenCalls {
  /** SID of whoever runs this process, `S-1-5-…`; null when the system does not tell. */
  userSid(): string | null;
  /** To make files one's own whatever their rights say: administrators have that right, but must ask for it. */
  allowTakingOver(): void;
}

const TOKEN_QUERY = 0x8;
const TOKEN_ADJUST_PRIVILEGES = 0x20;
const TOKEN_USER = 1;
/** A SID has at most 68 bytes; TOKEN_USER is a pointer to it, its attributes, and the SID itself. */
const TOKEN_USER_MAX_BYTES = 128;
/** TOKEN_PRIVILEGES with one entry: how many, its number (8 bytes), what it shall be. */
const [PRIVILEGES_BYTES, LUID_AT, ATTRIBUTES_AT] = [16, 4, 12];
const SE_PRIVILEGE_ENABLED = 2;
const TAKE_OWNERSHIP = 'SeTakeOwnershipPrivilege';

export function declareToken(koffi: Koffi): TokenCalls {
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  const sids = declareSids(koffi);
  const currentProcess = kernel32.func('void * __stdcall GetCurrentProcess()');
  const closeHandle = kernel32.func('bool __stdcall CloseHandle(void *handle)');
  const open = advapi32.func(
    'bool __stdcall OpenProcessToken(void *process, uint32_t access, _Out_ void **token)',
  );
  const information = advapi32.func(
    'bool __stdcall GetTokenInformation(void *token, int kind, void *data, uint32_t size, _Out_ uint32_t *needed)',
  );
  const privilegeNumber = advapi32.func(
    'bool __stdcall LookupPrivilegeValueW(str16 machine, str16 name, void *luid)',
  );
  const adjust = advapi32.func(
    'bool __stdcall AdjustTokenPrivileges(void *token, bool disableAll, void *wanted, uint32_t size, void *before, void *needed)',
  );
  const withToken = (access: number, use: (token: Pointer) => boolean): boolean => {
    const token: [Pointer | null] = [null];
    if (!open(currentProcess(), access, token) || token[0] === null) return false;
    const isDone = use(token[0]);
    closeHandle(token[0]);
    return isDone;
  };
  return {
    userSid: () => {
      const user = Buffer.alloc(TOKEN_USER_MAX_BYTES);
      const isTold = withToken(TOKEN_QUERY, (token) =>
        information(token, TOKEN_USER, user, user.length, [0]),
      );
      return isTold ? sids.text(user.readBigUInt64LE(0)) : null;
    },
    allowTakingOver: () => {
      const wanted = Buffer.alloc(PRIVILEGES_BYTES);
      wanted.writeUInt32LE(1, 0);
      if (!privilegeNumber(null, TAKE_OWNERSHIP, wanted.subarray(LUID_AT))) return;
      wanted.writeUInt32LE(SE_PRIVILEGE_ENABLED, ATTRIBUTES_AT);
      const access = TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES;
      withToken(access, (token) => adjust(token, false, wanted, 0, null, null));
    },
  };
}
