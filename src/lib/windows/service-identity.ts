import { createHash } from 'node:crypto';
import type { ServiceRole, ServiceSetup } from '../service/service.js';
import { quoteArguments } from './command-line.js';

/** What each service is called, here and by Windows; the names are the previous system's. */
export const SERVICE_IDENTITIES: Readonly<Record<ServiceRole, ServiceIdentity>> = {
  serve: {
    name: 'HIPDeviceServer',
    displayName: 'HIP Device Server',
    description: 'Takes punches from attendance terminals, keeps them and delivers them to the database.',
    command: ['serve'],
  },
  sync: {
    name: 'HIPSyncToCloud',
    displayName: 'HIP Sync to Cloud',
    description: "Reads the files of the vendor's program at the upload times and delivers their punches.",
    command: ['sync', '--watch'],
  },
};

export interface ServiceIdentity {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly command: readonly string[];
}

/** The account that Windows makes up for a service; it has no password and no rights but those given to it. */
export function virtualAccount(name: string): string {
  return `NT SERVICE\\${name}`;
}

/** Its SID, known even before the service is there: S-1-5-80 and the SHA-1 of its name in capitals, UTF-16. */
export function serviceSid(name: string): string {
  const hash = createHash('sha1').update(Buffer.from(name.toUpperCase(), 'utf16le')).digest();
  const parts = [0, 4, 8, 12, 16].map((at) => hash.readUInt32LE(at));
  return ['S-1-5-80', ...parts].join('-');
}

/**
 * How Windows is told to start a service. `--service NAME` is also how we know ours again. The data folder is named
 * although the configuration may name it too: rights were given to this one, and the environment of whoever installs
 * is not the service's.
 */
export function serviceCommand(
  { name, command }: ServiceIdentity,
  setup: Pick<ServiceSetup, 'program' | 'config' | 'dataDir'>,
): string {
  const places = ['--config', setup.config, '--data-dir', setup.dataDir];
  return quoteArguments([...setup.program, ...command, '--service', name, ...places]);
}

export function isOurCommand(name: string, command: string): boolean {
  return command.includes(` --service ${name} `);
}
