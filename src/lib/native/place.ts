import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../errors.js';

/**
 * Where a native addon of the single executable is loaded from. The operating system loads only files: laid beside
 * the executable by the set-up program, or unpacked once into a folder that nobody else can write. Either way its
 * SHA-256 is checked first, at every start.
 */
export interface Addon {
  readonly name: string;
  /** Below the folder that {@link placeAddon} returns. */
  readonly path: string;
  readonly sha256: string;
  /** Called only where the addon must be unpacked. */
  readonly read: () => Uint8Array;
}

export interface Places {
  /** What the set-up program wrote; nothing is ever written there. */
  readonly laid: string;
  /** Folders of this account, the best first; made when missing. */
  readonly own: readonly string[];
}

/** The folder that holds the addon now. Throws {@link NoPlace} with the reason of every folder that was tried. */
export function placeAddon(addon: Addon, { laid, own }: Places): string {
  if (isIntact(join(laid, addon.path), addon)) return laid;
  const reasons: string[] = [];
  for (const folder of own) {
    try {
      makePrivate(folder);
      return unpack(addon, folder);
    } catch (error) {
      reasons.push(`${folder}: ${codeOf(error) || (error as Error).message}`);
    }
  }
  throw new NoPlace(reasons);
}

export class NoPlace extends Error {
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('; '));
  }
}

/** The content names the folder: another version never meets a file that a running hip has loaded. */
function unpack(addon: Addon, folder: string): string {
  const home = join(folder, 'addons', addon.sha256.slice(0, 16));
  const file = join(home, addon.path);
  if (isIntact(file, addon)) return home;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${randomUUID()}`;
  try {
    writeFileSync(part, addon.read(), { flag: 'wx', mode: 0o600 });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    // Another start may have been faster; what it has loaded can't be replaced on Windows, and need not be.
    if (!isIntact(file, addon)) throw error;
  }
  // Antivirus programs take a file away right after it was written.
  if (!isIntact(file, addon)) throw new Error('the file was taken away or changed as soon as it was written');
  return home;
}

function isIntact(file: string, { sha256 }: Addon): boolean {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex') === sha256;
  } catch {
    // Not there, or not readable: it can't be loaded either.
    return false;
  }
}

/**
 * On Windows the folder lies in the account's profile, which is closed to others by inheritance. Elsewhere it must be
 * ours alone, in a folder where nobody else can put another in its place.
 */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const me = process.geteuid?.();
  if (me === undefined) return;
  const [own, parent] = [lstatSync(folder), lstatSync(dirname(folder))];
  if (!own.isDirectory() || own.uid !== me || (own.mode & 0o022) !== 0)
    throw new Error('the folder can be written by others');
  const sticky = (parent.mode & 0o1000) !== 0;
  if ((parent.uid !== me && parent.uid !== 0) || ((parent.mode & 0o022) !== 0 && !sticky))
    throw new Error('the folder above it can be written by others');
}
