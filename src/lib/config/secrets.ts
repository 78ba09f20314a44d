import type { LoadedConfig } from '../config.js';
import { HipError } from '../errors.js';
import { isSealed } from '../windows/sealed.js';

/**
 * Opens the passwords that `hip init` has sealed. Only for programs that use them: the others work on any PC with
 * any copy of the file, and never load what opens it.
 * @throws {HipError} HIP_CREDENTIALS_SEALED, HIP_CONFIG_UNREADABLE where this user may not read them
 */
export async function openSecrets<T extends Pick<LoadedConfig, 'config' | 'withheld'>>(
  loaded: T,
): Promise<T> {
  if (loaded.withheld) throw loaded.withheld;
  const { database, sync } = loaded.config;
  if (![database.password, sync.accessPassword].some((text) => text !== null && isSealed(text)))
    return loaded;
  const open = await createOpener();
  const config = {
    ...loaded.config,
    database: { ...database, password: open('database.password', database.password) },
    sync: { ...sync, accessPassword: open('sync.accessPassword', sync.accessPassword) },
  };
  return { ...loaded, config };
}

async function createOpener(): Promise<(setting: string, text: string | null) => string | null> {
  if (process.platform !== 'win32') throw sealedElsewhere('A password is sealed by a Windows PC');
  const { openDpapi } = await import('../windows/dpapi.js');
  const dpapi = await openDpapi();
  return (setting, text) => {
    if (text === null || !isSealed(text)) return text;
    const plain = dpapi.open(text);
    if (plain === null) throw sealedElsewhere(`${setting} was sealed by another PC, or has been changed`);
    return plain;
  };
}

function sealedElsewhere(what: string): HipError {
  return new HipError('HIP_CREDENTIALS_SEALED', `${what}, and can't be opened on this one.`, {
    suggestions: ['Give the password again on this PC: hip init', 'Or set HIP_DATABASE_PASSWORD'],
  });
}

/** Seals for this PC where the system can; elsewhere the rights of the file are what guards it. */
export async function createSeal(): Promise<(plain: string) => string> {
  if (process.platform !== 'win32') return (plain) => plain;
  const { openDpapi } = await import('../windows/dpapi.js');
  return (await openDpapi()).seal;
}
