import type { RegistryCalls } from './win32/advapi32-registry.js';

const SOURCES = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application';
/** Information, warnings and errors. */
const TYPES = 7;
/** Comes with Windows and holds the message "%1" under the numbers 1 to 1000: ours needs no file of its own. */
const MESSAGES = '%SystemRoot%\\System32\\EventCreate.exe';

/** Lets the Event Log show our entries without a complaint about missing descriptions. Error number, 0 is done. */
export function registerEventSource(registry: Omit<RegistryCalls, 'getUserText'>, source: string): number {
  const key = `${SOURCES}\\${source}`;
  return (
    registry.setText(key, 'EventMessageFile', MESSAGES, true) ||
    registry.setNumber(key, 'TypesSupported', TYPES) ||
    registry.setNumber(key, 'CustomSource', 1)
  );
}

export function unregisterEventSource(registry: Omit<RegistryCalls, 'getUserText'>, source: string): void {
  registry.deleteKey(`${SOURCES}\\${source}`);
}
