import { basename } from 'node:path';
import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { isAddressRange } from '../../listener/allow-list.js';
import {
  type Installation,
  SERVICE_ROLES,
  type ServiceRole,
  type ServiceSetup,
  type ServiceStatus,
  type SystemServices,
} from '../../service/service.js';
import { lanAddresses } from '../serve/addresses.js';
import { demandedPath } from '../serve/device-menu.js';
import { fetchStatus } from '../status/status-fetch.js';
import { syncSources } from '../sync/sync-settings.js';
import { refuseShared } from './own-folder.js';
import { ownProgram } from './own-program.js';
import { readInstallNote, writeInstallNote } from './service-install-note.js';
import { readServiceNote } from './service-note.js';

/** What `hip service` does, whatever the system's service manager is. */

/** @throws {HipError} HIP_USAGE where there is none that hip knows */
export async function openSystemServices(): Promise<SystemServices> {
  if (process.platform === 'win32') {
    const { openWindowsServices } = await import('../../windows/open-services.js');
    return openWindowsServices(systemClock);
  }
  if (process.platform === 'linux') {
    const { openSystemdServices } = await import('../../service/systemd-open.js');
    return openSystemdServices();
  }
  throw new HipError('HIP_USAGE', `hip knows no service manager on ${process.platform}.`, {
    suggestions: ['Start it in a terminal: hip serve'],
  });
}

export interface InstallOptions {
  /** Null is all that the configuration has work for. */
  readonly role: ServiceRole | null;
  readonly allow: readonly string[];
  readonly replace: boolean;
}

export interface InstallReport {
  readonly services: readonly ServiceReport[];
  /** What to type into the menu of the devices; null when the listener is not among the services. */
  readonly menu: {
    readonly addresses: readonly string[];
    readonly port: number;
    readonly path: string | null;
  } | null;
  /** What a person should know, and what should be mended before it hurts. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Installs, starts, and looks whether it works; when not, all is as before. */
export async function installServices(
  loaded: LoadedConfig,
  system: SystemServices,
  options: InstallOptions,
): Promise<InstallReport> {
  const { setup, left } = planSetup(loaded, options);
  const { roles, port } = setup;
  refuseShared(setup.dataDir);
  const installation = await system.install(setup);
  await startAll({ loaded, system, roles, installation });
  const addresses = lanAddresses();
  if (roles.includes('serve')) writeInstallNote(loaded.dataDir, { addresses, port });
  const services = await Promise.all(roles.map((role) => reportOn(role, { loaded, system })));
  return {
    services,
    menu: roles.includes('serve') ? { addresses, port, path: demandedPath(loaded.config.serve) } : null,
    notes: [...installation.notes, ...left],
    warnings: [...services.flatMap(folderWarnings), ...(await adviceFor(loaded))],
  };
}

/** @throws {HipError} HIP_USAGE without a configuration file, or for a network that is none */
export function planSetup(
  loaded: LoadedConfig,
  options: InstallOptions,
): { readonly setup: ServiceSetup; readonly left: readonly string[] } {
  const wrong = options.allow.find((range) => !isAddressRange(range));
  if (wrong !== undefined) {
    throw new HipError('HIP_USAGE', `--allow ${wrong} is no network.`, {
      suggestions: ['Write it as 10.1.0.0/16, or as one address'],
    });
  }
  const { roles, left } = chooseRoles(loaded, options.role);
  const { archive } = loaded.config.sync;
  const setup = {
    roles,
    program: ownProgram(),
    config: configFile(loaded),
    dataDir: loaded.dataDir,
    port: loaded.config.serve.port,
    tlsPort: loaded.config.serve.tlsPort,
    allow: options.allow,
    sources: syncSources(loaded).map(({ kind, path }) => ({
      path,
      moves: kind === 'folder' && archive === 'move',
    })),
    replace: options.replace,
  };
  return { setup, left };
}

/** A service with nothing to do would fail at every start: it is left out, unless it was asked for. */
function chooseRoles(
  loaded: LoadedConfig,
  role: ServiceRole | null,
): { readonly roles: readonly ServiceRole[]; readonly left: readonly string[] } {
  if (role !== null) return { roles: [role], left: [] };
  const { uploadTimes, watchFiles } = loaded.config.sync;
  const hasSync = syncSources(loaded).length > 0 && (uploadTimes.length > 0 || watchFiles);
  if (hasSync) return { roles: SERVICE_ROLES, left: [] };
  return {
    roles: ['serve'],
    left: ['No files are to be read (sync.logDir and sync.uploadTimes are not set): sync is left out.'],
  };
}

interface Started {
  readonly loaded: LoadedConfig;
  readonly system: SystemServices;
  readonly roles: readonly ServiceRole[];
  readonly installation: Installation;
}

async function startAll({ loaded, system, roles, installation }: Started): Promise<void> {
  try {
    for (const role of roles) {
      await startOne(role, { loaded, system });
      if (role === 'serve') await requireHealth(loaded, system.nameOf(role));
    }
  } catch (error) {
    await installation.undo();
    throw error;
  }
}

/** With the service's own words where it left some. */
export async function startOne(role: ServiceRole, { loaded, system }: Pick<Started, 'loaded' | 'system'>) {
  try {
    await system.start(role);
  } catch (error) {
    const name = system.nameOf(role);
    const failure = readServiceNote(loaded.dataDir, name)?.failure;
    if (!(error instanceof HipError) || error.code !== 'HIP_SERVICE_FAILED' || !failure) throw error;
    throw new HipError('HIP_SERVICE_FAILED', `${name} did not start: ${failure}`, { cause: error });
  }
}

/** A PC that has just been switched on is busy with itself. */
const HEALTH_TIMEOUT_MS = 30_000;
const HEALTH_POLL_MS = 250;

/** A listener that answers is what counts; the service manager only knows that its process lives. */
async function requireHealth(loaded: LoadedConfig, name: string): Promise<void> {
  const { statusPort } = loaded.config.serve;
  if (statusPort === 0) return;
  const deadlineMs = systemClock.nowMs() + HEALTH_TIMEOUT_MS;
  do {
    const status = await fetchStatus({ dataDir: loaded.dataDir, statusPort });
    if (status?.listener?.listening) return;
    await new Promise<void>((resolve) => void systemClock.after(HEALTH_POLL_MS, resolve));
  } while (systemClock.nowMs() < deadlineMs);
  throw new HipError('HIP_SERVICE_FAILED', `${name} runs, but its status can't be asked.`, {
    suggestions: ['See the log folder of hip, and whether another program uses the port serve.statusPort'],
  });
}

export interface ServiceReport extends ServiceStatus {
  /** Folders and files that the service can't read, as it said at its last start. */
  readonly unreadable: readonly { readonly path: string; readonly problem: string }[];
}

export interface ServicesReport {
  readonly services: readonly ServiceReport[];
  /** Null when no listener was installed here. */
  readonly address: {
    /** As devices were told at installation. */
    readonly installed: readonly string[];
    readonly now: readonly string[];
    /** None of the installed ones is left: devices send into the void. */
    readonly changed: boolean;
  } | null;
}

export async function reportServices(loaded: LoadedConfig, system: SystemServices): Promise<ServicesReport> {
  const services = await Promise.all(SERVICE_ROLES.map((role) => reportOn(role, { loaded, system })));
  const note = readInstallNote(loaded.dataDir);
  const now = lanAddresses();
  const address = note && {
    installed: note.addresses,
    now,
    changed: note.addresses.length > 0 && !note.addresses.some((one) => now.includes(one)),
  };
  return { services, address };
}

async function reportOn(
  role: ServiceRole,
  { loaded, system }: Pick<Started, 'loaded' | 'system'>,
): Promise<ServiceReport> {
  const status = await system.status(role);
  const note = status.installed === 'yes' ? readServiceNote(loaded.dataDir, status.name) : null;
  const failure = status.failure === null ? null : (note?.failure ?? status.failure);
  return { ...status, failure, unreadable: note?.folders ?? [] };
}

function folderWarnings({ name, unreadable }: ServiceReport): string[] {
  return unreadable.map(({ path, problem }) => `${path} ${problem} ${name}.`);
}

async function adviceFor(loaded: LoadedConfig): Promise<readonly string[]> {
  if (process.platform !== 'win32') return [];
  const { advise } = await import('../../windows/pc-advice.js');
  return advise(syncSources(loaded).map(({ path }) => path));
}

/** @throws {HipError} HIP_USAGE without a file: what stands in the environment no service would see */
function configFile({ files }: LoadedConfig): string {
  const file = files.find((name) => basename(name) !== 'credentials.json');
  if (file) return file;
  throw new HipError('HIP_USAGE', 'Services need a configuration file, and there is none.', {
    suggestions: ['Make one first: hip init', 'Or name it: hip service install --config FILE'],
  });
}
