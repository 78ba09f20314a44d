import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What devices were told when the services were installed, so that a change of the PC's address is noticed. */
export interface InstallNote {
  readonly addresses: readonly string[];
  readonly port: number;
}

export function writeInstallNote(dataDir: string, note: InstallNote): void {
  writeFileSync(join(dataDir, 'install.json'), `${JSON.stringify(note)}\n`);
}

/** Null where nothing was installed, or this user may not read it. */
export function readInstallNote(dataDir: string): InstallNote | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'install.json'), 'utf8')) as InstallNote;
  } catch {
    // No note, or not for our eyes: then there is nothing to compare with.
    return null;
  }
}
