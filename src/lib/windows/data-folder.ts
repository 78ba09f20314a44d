import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnFile } from '../service/own-file.js';
import { dataFolderRights } from './acl.js';
import { SERVICE_IDENTITIES, serviceSid } from './service-identity.js';
import type { SecurityCalls } from './win32/advapi32-security.js';

/** SYSTEM and Administrators */
const SYSTEM_SIDS = ['S-1-5-18', 'S-1-5-32-544'];

/**
 * Closes the data folder for all who have no business there. Any local user may make folders in %ProgramData%, and so
 * may have made this one, with files in it, before hip came: what is hip's by its name is taken from them, too, with
 * the rights they gave. Files of other names are left as they are. Tells what a person should know.
 */
export function closeDataFolder(dataDir: string, security: SecurityCalls): readonly string[] {
  const installer = security.userSid();
  const names = readdirSync(dataDir).filter((name) => isOwnFile(name));
  const strangers = findStrangers(names, { dataDir, security, installer });
  security.allowTakingOver();
  const faults: string[] = [
    ...fault(dataDir, security.setFolderRights(dataDir, dataFolderRights(installer))),
  ];
  for (const name of names) faults.push(...takeOver(join(dataDir, name), security));
  return [...faults, ...strangers];
}

interface Whose {
  readonly dataDir: string;
  readonly security: SecurityCalls;
  readonly installer: string | null;
}

function findStrangers(names: readonly string[], { dataDir, security, installer }: Whose): string[] {
  const services = Object.values(SERVICE_IDENTITIES).map(({ name }) => serviceSid(name));
  const known = new Set<string | null>([...SYSTEM_SIDS, ...services, installer]);
  return names.flatMap((name) => {
    const owner = security.ownerOf(join(dataDir, name));
    if (owner !== null && known.has(owner.sid)) return [];
    const maker = owner?.name ?? 'somebody whom Windows does not name';
    return [`${join(dataDir, name)} was made by ${maker}, not by hip: look whether it is what it should be.`];
  });
}

/** A link leads to what may not be ours: neither it nor what it leads to is touched. */
function takeOver(path: string, security: SecurityCalls): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isSymbolicLink()) return [`${path} is a link: who may use what it leads to is left as it is.`];
  const faults = fault(path, security.inheritRights(path));
  if (!found.isDirectory()) return faults;
  return [...faults, ...readdirSync(path).flatMap((name) => takeOver(join(path, name), security))];
}

function fault(path: string, errno: number): string[] {
  return errno === 0 ? [] : [`Who may use ${path} could not be set (Windows error ${errno}).`];
}
