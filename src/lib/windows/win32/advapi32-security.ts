import { loadKoffi } from '../koffi.js';
import { declareSids } from './advapi32-sid.js';
import { declareToken, type TokenCalls } from './advapi32-token.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that says whose a file is and who may do what with it. */
export interface SecurityCalls extends TokenCalls {
  /** Null when the system does not tell. */
  ownerOf(path: string): Owner | null;
  /**
   * Replaces owner and rights of a folder by these (SDDL), and with them what its files inherit; an error number, 0 is
   * done.
   */
  setFolderRights(folder: string, sddl: string): number;
  /** Leaves a file or folder to the Administrators, with no rights but those of the folder it lies in. */
  inheritRights(path: string): number;
}

export interface Owner {
  readonly sid: string;
  /** `PC\name`; the SID where nobody of that SID is known any more. */
  readonly name: string;
}

const SDDL_REVISION = 1;
const SE_FILE_OBJECT = 1;
const OWNER = 1;
/** The list of rights, cut off from what the parent folder hands down, or joined to it. */
const PROTECTED_DACL = 0x8000_0004;
const UNPROTECTED_DACL = 0x2000_0004;
/** Administrators; a list without an entry of its own. */
const ONLY_INHERITED = 'O:BAD:';
const ERROR_INVALID_ACL = 1336;

export async function loadSecurityCalls(): Promise<SecurityCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  const sids = declareSids(koffi);
  const localFree = kernel32.func('void * __stdcall LocalFree(void *memory)');
  const lastError = kernel32.func('uint32_t __stdcall GetLastError()');
  const parse = advapi32.func(
    'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 sddl, uint32_t revision, _Out_ void **descriptor, void *size)',
  );
  const daclIn = advapi32.func(
    'bool __stdcall GetSecurityDescriptorDacl(void *descriptor, _Out_ int *present, _Out_ void **dacl, _Out_ int *defaulted)',
  );
  const ownerIn = advapi32.func(
    'bool __stdcall GetSecurityDescriptorOwner(void *descriptor, _Out_ void **owner, _Out_ int *defaulted)',
  );
  const setRights = advapi32.func(
    'uint32_t __stdcall SetNamedSecurityInfoW(str16 name, int kind, uint32_t what, void *owner, void *group, void *dacl, void *sacl)',
  );
  const getRights = advapi32.func(
    'uint32_t __stdcall GetNamedSecurityInfoW(str16 name, int kind, uint32_t what, _Out_ void **owner, void *group, void *dacl, void *sacl, _Out_ void **descriptor)',
  );

  const replaceRights = (path: string, sddl: string, dacls: number): number => {
    const descriptor: [Pointer | null] = [null];
    if (!parse(sddl, SDDL_REVISION, descriptor, null)) return lastError() as number;
    const dacl: [Pointer | null] = [null];
    const owner: [Pointer | null] = [null];
    daclIn(descriptor[0], [0], dacl, [0]);
    ownerIn(descriptor[0], owner, [0]);
    const set = (what: number, newOwner: Pointer | null): number =>
      setRights(path, SE_FILE_OBJECT, what, newOwner, null, dacl[0], null) as number;
    // As its owner first: whoever owns it now may have left us no right to change the list.
    set(OWNER, owner[0]);
    // Null is not an empty list but none, which lets everybody in.
    const failed = dacl[0] === null ? ERROR_INVALID_ACL : set(dacls, null);
    localFree(descriptor[0]);
    return failed;
  };
  return {
    ...declareToken(koffi),
    ownerOf: (path) => {
      const owner: [Pointer | null] = [null];
      const descriptor: [Pointer | null] = [null];
      if (getRights(path, SE_FILE_OBJECT, OWNER, owner, null, null, null, descriptor) !== 0) return null;
      const sid = owner[0] === null ? null : sids.text(owner[0]);
      const told =
        sid === null || owner[0] === null ? null : { sid, name: sids.accountName(owner[0]) ?? sid };
      localFree(descriptor[0]);
      return told;
    },
    setFolderRights: (folder, sddl) => replaceRights(folder, sddl, PROTECTED_DACL),
    inheritRights: (path) => replaceRights(path, ONLY_INHERITED, UNPROTECTED_DACL),
  };
}
