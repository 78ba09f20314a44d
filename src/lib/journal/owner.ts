import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../errors.js';

/** This user may not, where another one may. */
export function isRefusal(error: unknown): boolean {
  return /^(EACCES|EPERM)$/.test(codeOf(error));
}

/** Whose the folder is, or the one above it that hides it; null where the system does not say (Windows). */
export function ownerOf(path: string): string | null {
  if (process.platform === 'win32') return null;
  const uid = uidOf(resolve(path));
  return nameOf(uid) ?? `user ${uid}`;
}

function uidOf(path: string): number {
  try {
    return statSync(path).uid;
  } catch (error) {
    // The folder above neither shows nor lets pass.
    if (dirname(path) === path) throw error;
    return uidOf(dirname(path));
  }
}

/** Accounts that a directory service knows are told by their numbers: asking it could take long. */
function nameOf(uid: number): string | null {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return lines.map((line) => line.split(':')).find(([, , id]) => id === String(uid))?.[0] ?? null;
  } catch {
    // A system without that file: the number says it too.
    return null;
  }
}
