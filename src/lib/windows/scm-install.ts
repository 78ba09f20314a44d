import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { HipError, messageOf } from '../errors.js';
import { renderRestarts } from '../service/restarts.js';
import type { Installation, Removal, Restarts, ServiceRole, ServiceSetup } from '../service/service.js';
import { closeDataFolder } from './data-folder.js';
import { registerEventSource, unregisterEventSource } from './event-source.js';
import { closeFirewall, openFirewall } from './firewall.js';
import { forgetReplaced, recallReplaced, rememberReplaced } from './replaced-service.js';
import type { Scm, ServiceCare, ServiceConfig } from './scm.js';
import { foreignService } from './service-faults.js';
import { isOurCommand, SERVICE_IDENTITIES, serviceCommand, virtualAccount } from './service-identity.js';
import type { RegistryCalls } from './win32/advapi32-registry.js';
import type { SecurityCalls } from './win32/advapi32-security.js';
import { ERROR } from './win32/advapi32-services.js';
import { WindowsError } from './windows-error.js';

export interface InstallerParts {
  readonly scm: Pick<Scm, 'requireRights' | 'config' | 'create' | 'change' | 'remove' | 'care' | 'restarts'>;
  readonly registry: Omit<RegistryCalls, 'getUserText'>;
  readonly security: SecurityCalls;
  readonly steer: Steer;
}

/** Starting and stopping by name, each to its end. */
export interface Steer {
  isRunning(name: string): boolean;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
}

/** A crash loop must not keep the PC busy; a lone crash should cost no more than seconds. */
const RESTARTS: Restarts = {
  delaysMs: [5_000, 30_000, 120_000],
  resetAfterSeconds: 86_400,
  afterErrorExit: true,
};
/** More than the 5 s that the listener gives to what is under way. */
const PRESHUTDOWN_MS = 20_000;

const CARE: ServiceCare = {
  delayedStart: true,
  restarts: RESTARTS,
  preshutdownMs: PRESHUTDOWN_MS,
};

type Undo = () => void | Promise<void>;

export interface Installer {
  install(setup: ServiceSetup): Promise<Installation>;
  uninstall(role: ServiceRole): Promise<Removal>;
}

/** Puts the services into Windows and takes them out. All may throw {@link WindowsError}. */
export function createInstaller(parts: InstallerParts): Installer {
  return {
    async install(setup) {
      parts.scm.requireRights();
      if (!setup.replace) refuseForeign(setup.roles, parts.scm);
      const work = new InstallWork(parts, setup);
      try {
        await work.run();
      } catch (error) {
        await work.undo();
        throw error;
      }
      return { notes: work.notes, undo: () => work.undo() };
    },
    async uninstall(role) {
      const { name } = SERVICE_IDENTITIES[role];
      parts.scm.requireRights();
      refuseForeign([role], parts.scm);
      const isThere = parts.scm.config(name) !== null;
      const notes: string[] = [];
      if (isThere) {
        await parts.steer.stop(name);
        const replaced = recallReplaced(parts.registry, name);
        if (replaced) notes.push(bringBack(parts, name, replaced));
        else parts.scm.remove(name);
      }
      unregisterEventSource(parts.registry, name);
      if (role === 'serve') await closeFirewall();
      return { removed: isThere, notes };
    },
  };
}

function refuseForeign(roles: readonly ServiceRole[], scm: Pick<Scm, 'config'>): void {
  for (const role of roles) {
    const { name } = SERVICE_IDENTITIES[role];
    const config = scm.config(name);
    if (config && !isOurCommand(name, config.command)) throw foreignService(name, config.command);
  }
}

/** Disabled: it would take our port and our punches, should hip come back. */
function bringBack({ scm, registry }: InstallerParts, name: string, replaced: ServiceConfig): string {
  scm.change(name, { ...replaced, startType: 'disabled' });
  forgetReplaced(registry, name);
  const account =
    replaced.account === null ? '' : ` It runs as ${replaced.account}: enter its password anew.`;
  return (
    `The service ${name} that hip had replaced is back, but disabled (${replaced.command}).${account} ` +
    `To use it: sc config ${name} start= auto`
  );
}

class InstallWork {
  readonly notes: string[] = [];
  readonly #parts: InstallerParts;
  readonly #setup: ServiceSetup;
  readonly #undo: Undo[] = [];
  #isUpgrade = false;

  constructor(parts: InstallerParts, setup: ServiceSetup) {
    this.#parts = parts;
    this.#setup = setup;
  }

  async run(): Promise<void> {
    this.#openFolder();
    for (const role of this.#setup.roles) await this.#install(role);
    if (this.#setup.roles.includes('serve')) await this.#openFirewall();
  }

  /** In the reverse order; one step that fails does not keep the others from being taken back. */
  async undo(): Promise<void> {
    for (const step of this.#undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        this.notes.push(`Not taken back: ${messageOf(error)}`);
      }
    }
  }

  /** Never taken back: punches may lie there by then. */
  #openFolder(): void {
    const { dataDir } = this.#setup;
    const { security } = this.#parts;
    try {
      mkdirSync(join(dataDir, 'logs'), { recursive: true });
    } catch (error) {
      throw new HipError(
        'HIP_DATA_DIR_UNWRITABLE',
        `Can't make the data folder ${dataDir}: ${messageOf(error)}.`,
        {
          suggestions: ['Choose another one with --data-dir DIR'],
          cause: error,
        },
      );
    }
    this.notes.push(...closeDataFolder(dataDir, security));
  }

  async #install(role: ServiceRole): Promise<void> {
    const identity = SERVICE_IDENTITIES[role];
    const { name, displayName, description } = identity;
    const { scm, registry, steer } = this.#parts;
    const before = scm.config(name);
    const command = serviceCommand(identity, this.#setup);
    const config: ServiceConfig = {
      command,
      displayName,
      description,
      startType: 'automatic',
      account: virtualAccount(name),
    };
    if (before === null) {
      this.#asVirtualAccount(config, (wanted) => scm.create(name, wanted));
      this.#undo.push(async () => {
        await steer.stop(name);
        scm.remove(name);
        unregisterEventSource(registry, name);
      });
    } else {
      await this.#takeOver(name, before);
      this.#asVirtualAccount(config, (wanted) => scm.change(name, wanted));
    }
    const refused = scm.care(name, CARE);
    for (const what of refused) this.notes.push(`${name}: Windows does not take "${what}".`);
    this.#checkRestarts(name);
    const errno = registerEventSource(registry, name);
    if (errno !== 0) this.notes.push(`${name}: no Event Log source (Windows error ${errno}).`);
  }

  /** Asked back, since not every Windows keeps what it took without a complaint. */
  #checkRestarts(name: string): void {
    const kept = this.#parts.scm.restarts(name);
    if (isDeepStrictEqual(kept, RESTARTS)) return;
    this.notes.push(
      kept === null
        ? `${name}: this Windows does not tell whether it starts the service again after a failure.`
        : `${name}: Windows was asked to restart after ${renderRestarts(RESTARTS)}, and says ${renderRestarts(kept)}.`,
    );
  }

  /** Ours from before, or one of the previous program: stopped, and put back as it was by undo. */
  async #takeOver(name: string, before: ServiceConfig): Promise<void> {
    const { scm, registry, steer } = this.#parts;
    const wasRunning = steer.isRunning(name);
    const isForeign = !isOurCommand(name, before.command);
    this.#undo.push(async () => {
      await steer.stop(name);
      scm.change(name, before);
      if (isForeign) forgetReplaced(registry, name);
      if (wasRunning) await steer.start(name);
    });
    await steer.stop(name);
    this.#isUpgrade ||= !isForeign;
    if (!isForeign) return;
    const errno = rememberReplaced(registry, name, before);
    if (errno !== 0) throw new WindowsError('RegSetKeyValueW', errno);
    this.notes.push(
      `${name} was another program's (${before.command}); hip service uninstall brings it back.`,
    );
  }

  #asVirtualAccount(config: ServiceConfig, put: (config: ServiceConfig) => void): void {
    try {
      put(config);
    } catch (error) {
      if (!(error instanceof WindowsError) || error.errno !== ERROR.invalidAccount) throw error;
      put({ ...config, account: null });
      this.notes.push(`Windows refuses the account ${config.account}: the service runs as LocalSystem.`);
    }
  }

  async #openFirewall(): Promise<void> {
    const { port, tlsPort, allow } = this.#setup;
    try {
      await openFirewall({ ports: tlsPort ? [port, tlsPort] : [port], allow });
      // What runs again after an undo reads the same configuration, and needs the same ports open.
      if (!this.#isUpgrade) this.#undo.push(() => closeFirewall());
    } catch (error) {
      this.notes.push(
        `The firewall was not opened for port ${port} (${messageOf(error)}): devices may not reach this PC.`,
      );
    }
  }
}
