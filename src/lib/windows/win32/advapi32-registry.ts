import { loadKoffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that keeps a few values under HKEY_LOCAL_MACHINE. Answers are error numbers, 0 is done. */
export interface RegistryCalls {
  /** Makes the key where it is missing. */
  setText(key: string, name: string, text: string, isExpanded?: boolean): number;
  setNumber(key: string, name: string, value: number): number;
  /** Null when there is none, or no right to read it. */
  getText(key: string, name: string): string | null;
  /** The same below HKEY_CURRENT_USER. */
  getUserText(key: string, name: string): string | null;
  deleteValue(key: string, name: string): number;
  /** With everything below. */
  deleteKey(key: string): number;
}

/** Predefined handles are sign-extended 32-bit numbers (winreg.h). */
const HKEY_LOCAL_MACHINE = 0xffff_ffff_8000_0002n;
const HKEY_CURRENT_USER = 0xffff_ffff_8000_0001n;
const REG_SZ = 1;
const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
const RRF_RT_REG_SZ = 2;
const TEXT_MAX_BYTES = 65_536;

export async function loadRegistryCalls(): Promise<RegistryCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const set = advapi32.func(
    'int32_t __stdcall RegSetKeyValueW(void *key, str16 sub, str16 name, uint32_t type, void *data, uint32_t size)',
  );
  const get = advapi32.func(
    'int32_t __stdcall RegGetValueW(void *key, str16 sub, str16 name, uint32_t flags, void *type, void *data, _Inout_ uint32_t *size)',
  );
  const deleteTree = advapi32.func('int32_t __stdcall RegDeleteTreeW(void *key, str16 sub)');
  const deleteValue = advapi32.func('int32_t __stdcall RegDeleteKeyValueW(void *key, str16 sub, str16 name)');
  const put = (key: string, name: string, type: number, data: Buffer): number =>
    set(HKEY_LOCAL_MACHINE, key, name, type, data, data.length) as number;
  const read = (root: Pointer, key: string, name: string): string | null => {
    const data = Buffer.alloc(TEXT_MAX_BYTES);
    const size: [number] = [data.length];
    const failed = get(root, key, name, RRF_RT_REG_SZ, null, data, size) as number;
    // The size tells the closing NUL too.
    return failed ? null : data.toString('utf16le', 0, size[0] - 2);
  };
  return {
    setText: (key, name, text, isExpanded = false) =>
      put(key, name, isExpanded ? REG_EXPAND_SZ : REG_SZ, Buffer.from(`${text}\0`, 'utf16le')),
    setNumber: (key, name, value) => {
      const data = Buffer.alloc(4);
      data.writeUInt32LE(value);
      return put(key, name, REG_DWORD, data);
    },
    getText: (key, name) => read(HKEY_LOCAL_MACHINE, key, name),
    getUserText: (key, name) => read(HKEY_CURRENT_USER, key, name),
    deleteValue: (key, name) => deleteValue(HKEY_LOCAL_MACHINE, key, name) as number,
    deleteKey: (key) => deleteTree(HKEY_LOCAL_MACHINE, key) as number,
  };
}
