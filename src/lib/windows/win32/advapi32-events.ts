import { loadKoffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** The part of advapi32.dll that writes to the Windows Event Log. */
export interface EventCalls {
  /** Null when there is no right to. */
  registerSource(source: string): Pointer | null;
  report(handle: Pointer, entry: EventFields): boolean;
}

export interface EventFields {
  readonly type: number;
  readonly id: number;
  readonly text: string;
}

/** wType of ReportEventW */
export const EVENT_TYPE = { error: 1, warning: 2, information: 4 } as const;

export async function loadEventCalls(): Promise<EventCalls> {
  const koffi = await loadKoffi();
  const advapi32 = koffi.load('advapi32.dll');
  const register = advapi32.func('void * __stdcall RegisterEventSourceW(str16 server, str16 source)');
  const report = advapi32.func('__stdcall', 'ReportEventW', 'bool', [
    'void *',
    'uint16_t',
    'uint16_t',
    'uint32_t',
    'void *',
    'uint16_t',
    'uint32_t',
    koffi.pointer('str16'),
    'void *',
  ]);
  return {
    registerSource: (source) => register(null, source) as Pointer | null,
    report: (handle, { type, id, text }) => report(handle, type, 0, id, null, 1, 0, [text], null) as boolean,
  };
}
