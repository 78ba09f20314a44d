import type { Koffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** Declarations of kernel32.dll: the session a program of a person runs in. */
export interface Kernel32 {
  /** Number of the language that Windows speaks to this person (winnt.h, LANGID). */
  uiLanguage(): number;
  /** Null where Windows refuses. Held until the process ends, and free at once then. */
  createMutex(name: string): Pointer | null;
  /** False while another process has it. */
  takeMutex(mutex: Pointer): boolean;
  /** How many processes share our console; 0 without one. */
  consoleProcesses(): number;
  freeConsole(): void;
}

/** Also given when its last owner died without letting go: then it is ours as well. */
const [WAIT_OBJECT_0, WAIT_ABANDONED] = [0x0, 0x80] as const;

export function declareKernel32(koffi: Koffi): Kernel32 {
  const library = koffi.load('kernel32.dll');
  const uiLanguage = library.func('uint16_t __stdcall GetUserDefaultUILanguage()');
  const createMutex = library.func('void * __stdcall CreateMutexW(void *, int, str16)');
  const wait = library.func('uint32_t __stdcall WaitForSingleObject(void *, uint32_t)');
  const consoleList = library.func('uint32_t __stdcall GetConsoleProcessList(void *, uint32_t)');
  const freeConsole = library.func('int __stdcall FreeConsole()');
  return {
    uiLanguage: () => uiLanguage() as number,
    createMutex: (name) => createMutex(null, 0, name) as Pointer | null,
    takeMutex: (mutex) => [WAIT_OBJECT_0, WAIT_ABANDONED].includes(wait(mutex, 0)),
    // Room for two is enough to tell "only we" from "others too".
    consoleProcesses: () => consoleList(Buffer.alloc(8), 2) as number,
    freeConsole: () => void freeConsole(),
  };
}
