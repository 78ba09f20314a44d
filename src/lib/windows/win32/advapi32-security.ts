import { loadKoffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that says who may do what with a folder. */
export interface SecurityCalls {
  /** SID of whoever runs this process, `S-1-5-…`; null when the system does not tell. */
  userSid(): string | null;
  /** Replaces owner and rights of a folder and the rights of all in it by these (SDDL); an error number, 0 is done. */
  setFolderRights(folder: string, sddl: string): number;
}

const TOKEN_QUERY = 8;
const TOKEN_USER = 1;
/** A SID has at most 68 bytes; TOKEN_USER is a pointer to it, its attributes, and the SID itself. */
const TOKEN_USER_MAX_BYTES = 128;
const SDDL_REVISION = 1;
const SE_FILE_OBJECT = 1;
/** The list of rights, cut off from what the parent folder hands down. */
const PROTECTED_DACL = 0x8000_0004;
const OWNER = 1;

export async function loadSecurityCalls(): Promise<SecurityCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  const currentProcess = kernel32.func('void * __stdcall GetCurrentProcess()');
  const closeHandle = kernel32.func('bool __stdcall CloseHandle(void *handle)');
  const localFree = kernel32.func('void * __stdcall LocalFree(void *memory)');
  const lastError = kernel32.func('uint32_t __stdcall GetLastError()');
  const openToken = advapi32.func(
    'bool __stdcall OpenProcessToken(void *process, uint32_t access, _Out_ void **token)',
  );
  const tokenInformation = advapi32.func(
    'bool __stdcall GetTokenInformation(void *token, int kind, void *data, uint32_t size, _Out_ uint32_t *needed)',
  );
  const sidToText = advapi32.func('bool __stdcall ConvertSidToStringSidW(void *sid, _Out_ void **text)');
  const parse = advapi32.func(
    'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 sddl, uint32_t revision, _Out_ void **descriptor, void *size)',
  );
  const daclOf = advapi32.func(
    'bool __stdcall GetSecurityDescriptorDacl(void *descriptor, _Out_ int *present, _Out_ void **dacl, _Out_ int *defaulted)',
  );
  const ownerOf = advapi32.func(
    'bool __stdcall GetSecurityDescriptorOwner(void *descriptor, _Out_ void **owner, _Out_ int *defaulted)',
  );
  const setRights = advapi32.func(
    'uint32_t __stdcall SetNamedSecurityInfoW(str16 name, int kind, uint32_t what, void *owner, void *group, void *dacl, void *sacl)',
  );

  const sidText = (sid: Pointer): string | null => {
    const text: [Pointer | null] = [null];
    if (!sidToText(sid, text) || text[0] === null) return null;
    const said = koffi.decode.string16(text[0]);
    localFree(text[0]);
    return said;
  };
  return {
    userSid: () => {
      const token: [Pointer | null] = [null];
      if (!openToken(currentProcess(), TOKEN_QUERY, token) || token[0] === null) return null;
      const data = Buffer.alloc(TOKEN_USER_MAX_BYTES);
      const isTold = tokenInformation(token[0], TOKEN_USER, data, data.length, [0]) as boolean;
      closeHandle(token[0]);
      return isTold ? sidText(data.readBigUInt64LE(0)) : null;
    },
    setFolderRights: (folder, sddl) => {
      const descriptor: [Pointer | null] = [null];
      if (!parse(sddl, SDDL_REVISION, descriptor, null)) return lastError() as number;
      const dacl: [Pointer | null] = [null];
      const owner: [Pointer | null] = [null];
      daclOf(descriptor[0], [0], dacl, [0]);
      ownerOf(descriptor[0], owner, [0]);
      const set = (what: number, newOwner: Pointer | null): number =>
        setRights(folder, SE_FILE_OBJECT, what, newOwner, null, dacl[0], null) as number;
      // As its owner first: whoever owns it now may have left us no right to change the list.
      set(OWNER, owner[0]);
      const failed = set(PROTECTED_DACL, null);
      localFree(descriptor[0]);
      return failed;
    },
  };
}
