import { loadKoffi } from './koffi.js';
import { declareKernel32 } from './win32/kernel32.js';

/** The session of the person who is logged in. */
export interface WindowsSession {
  /** Number of the language Windows speaks to this person. */
  readonly language: number;
  /** True for the first process of this session that asks under this name, until it ends. */
  claim(name: string): boolean;
  /** Closes a console window that was opened for this process alone; one that others use stays. */
  leaveConsole(): void;
}

export async function openSession(): Promise<WindowsSession> {
  const kernel32 = declareKernel32(await loadKoffi());
  return {
    language: kernel32.uiLanguage(),
    claim(name) {
      const mutex = kernel32.createMutex(`Local\\${name}`);
      return mutex !== null && kernel32.takeMutex(mutex);
    },
    leaveConsole() {
      if (kernel32.consoleProcesses() === 1) kernel32.freeConsole();
    },
  };
}
