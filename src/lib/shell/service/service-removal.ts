import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { SERVICE_ROLES, type ServiceRole, type SystemServices } from '../../service/service.js';
import { refuseForeign } from './own-folder.js';

export interface RemovalReport {
  /** Names of the services that were there. */
  readonly removed: readonly string[];
  readonly notes: readonly string[];
  readonly purged: boolean;
}

export interface RemovalOptions {
  /** Null is all; another program's service is left alone then. */
  readonly role: ServiceRole | null;
  readonly purge: boolean;
}

export async function uninstallServices(
  { dataDir }: LoadedConfig,
  system: SystemServices,
  { role, purge }: RemovalOptions,
): Promise<RemovalReport> {
  if (purge) {
    await refuseOthers(role, system);
    refuseForeign(dataDir);
  }
  const removed: string[] = [];
  const notes: string[] = [];
  for (const one of role === null ? SERVICE_ROLES : [role]) {
    if (role === null && (await system.status(one)).installed === 'foreign') continue;
    const removal = await system.uninstall(one, { dataDir });
    if (removal.removed) removed.push(system.nameOf(one));
    notes.push(...removal.notes);
  }
  if (purge) rmSync(dataDir, { recursive: true, force: true });
  return { removed, notes, purged: purge };
}

/** The data folder is one for both: while one of them stays, it stays. */
async function refuseOthers(role: ServiceRole | null, system: SystemServices): Promise<void> {
  for (const other of SERVICE_ROLES) {
    if (role === null || other === role || (await system.status(other)).installed !== 'yes') continue;
    throw new HipError('HIP_USAGE', `${system.nameOf(other)} still needs the data folder.`, {
      suggestions: ['Remove both: hip service uninstall --purge'],
    });
  }
}

/** @throws {HipError} HIP_USAGE when nobody can be asked, or the answer is another one */
export async function confirmPurge(dataDir: string): Promise<void> {
  const refused = (message: string): HipError =>
    new HipError('HIP_USAGE', message, {
      suggestions: ['Keep a copy first: hip backup FILE', 'Without --purge all data stays'],
    });
  if (!process.stdin.isTTY)
    throw refused('--purge deletes every punch on this PC and has nobody to ask; add --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete ${dataDir} with every punch in it? Type yes: `);
    if (answer.trim().toLowerCase() !== 'yes') throw refused('Nothing was deleted, and no service removed.');
  } finally {
    terminal.close();
  }
}
