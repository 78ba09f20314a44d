import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HipError, messageOf } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import {
  type Installation,
  type Removal,
  SERVICE_ROLES,
  type ServiceRole,
  type ServiceSetup,
} from './service.js';
import { type Control, isOurs, type SystemdParts, unitFile, unitOf } from './systemd-control.js';
import { isBelow } from './systemd-quote.js';
import { renderUnit, SYSTEMD_USER, SYSUSERS, UNIT_NAMES } from './systemd-units.js';

export interface Installer {
  install(setup: ServiceSetup): Promise<Installation>;
  uninstall(role: ServiceRole): Promise<Removal>;
}

/** What a unit of the same name in our place is moved to. */
const REPLACED = '.replaced-by-hip';

/** Puts units, user and folder in place, and takes them out. */
export function createInstaller(parts: SystemdParts, control: Control): Installer {
  return {
    async install(setup) {
      if (!setup.replace) for (const role of setup.roles) await refuseForeign(role, control);
      const work = new InstallWork({ parts, control, setup });
      try {
        await work.run();
      } catch (error) {
        await work.undo();
        throw error;
      }
      return { notes: work.notes, undo: () => work.undo() };
    },

    async uninstall(role) {
      await refuseForeign(role, control);
      const file = unitFile(parts, role);
      if (!isOurs(file)) return { removed: false, notes: [] };
      await control.require('systemctl', ['disable', '--now', unitOf(role)]);
      const isLast = SERVICE_ROLES.every((one) => one === role || !isOurs(unitFile(parts, one)));
      // Of systemd 243 and later; what an older one leaves there is made anew when it is missed.
      if (isLast) await parts.run('systemctl', ['clean', '--what=cache', unitOf(role)]);
      rmSync(file);
      if (isLast) rmSync(sysusersFile(parts), { force: true });
      await control.require('systemctl', ['daemon-reload']);
      const kept = `What stood there before is kept: mv ${file}${REPLACED} ${file}`;
      return {
        removed: true,
        notes: [
          ...(existsSync(file + REPLACED) ? [kept] : []),
          ...(isLast ? [`The user ${SYSTEMD_USER} stays: the data belongs to it.`] : []),
        ],
      };
    },
  };
}

async function refuseForeign(role: ServiceRole, control: Control): Promise<void> {
  const file = await control.foreign(role);
  if (file === null) return;
  throw new HipError(
    'HIP_SERVICE_FOREIGN',
    `A service ${UNIT_NAMES[role]} is there that is not hip's: ${file}`,
    {
      suggestions: ['hip service install --replace takes its place, and keeps its file beside ours'],
    },
  );
}

function sysusersFile({ sysusersDir }: SystemdParts): string {
  return join(sysusersDir, 'hip.conf');
}

interface WorkParts {
  readonly parts: SystemdParts;
  readonly control: Control;
  readonly setup: ServiceSetup;
}

class InstallWork {
  readonly notes: string[] = [];
  readonly #parts: SystemdParts;
  readonly #control: Control;
  readonly #setup: ServiceSetup;
  readonly #undo: (() => void | Promise<void>)[] = [];

  constructor({ parts, control, setup }: WorkParts) {
    this.#parts = parts;
    this.#control = control;
    this.#setup = setup;
  }

  async run(): Promise<void> {
    await this.#makeUser();
    await this.#makeFolder();
    for (const role of this.#setup.roles) await this.#takeOver(role);
    for (const role of this.#setup.roles) this.#write(role);
    await this.#control.require('systemctl', ['daemon-reload']);
    for (const role of this.#setup.roles) await this.#control.require('systemctl', ['enable', unitOf(role)]);
    this.#tell();
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

  /** Never taken back: it owns the data folder. */
  async #makeUser(): Promise<void> {
    const file = sysusersFile(this.#parts);
    makeFolder(dirname(file));
    writeFileSync(file, SYSUSERS);
    await this.#control.require('systemd-sysusers', [file]);
  }

  /** Never taken back: punches may lie there by then. What a trial as root has left there is the service's now. */
  async #makeFolder(): Promise<void> {
    const { dataDir } = this.#setup;
    makeFolder(dataDir, 0o750);
    await this.#control.require('chown', ['-R', `${SYSTEMD_USER}:${SYSTEMD_USER}`, dataDir]);
  }

  /** Ours from before, or a foreign one: stopped, and put back as it was by undo. */
  async #takeOver(role: ServiceRole): Promise<void> {
    const control = this.#control;
    const file = unitFile(this.#parts, role);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    const shown = await control.show(role);
    const foreign = await control.foreign(role);
    const wasRunning = shown.ActiveState === 'active' || shown.ActiveState === 'activating';
    this.#undo.push(async () => {
      if (before === null) await control.require('systemctl', ['disable', '--now', unitOf(role)]);
      else await control.stop(role);
      if (before === null) rmSync(file, { force: true });
      else writeFileSync(file, before);
      rmSync(file + REPLACED, { force: true });
      await control.require('systemctl', ['daemon-reload']);
      if (wasRunning) await control.start(role);
    });
    if (wasRunning) await control.stop(role);
    if (foreign === null) return;
    if (foreign === file) renameSync(file, file + REPLACED);
    this.notes.push(
      foreign === file
        ? `${unitOf(role)} was another program's; its file is kept as ${file}${REPLACED}.`
        : `${unitOf(role)} was another program's (${foreign}); it comes back with hip service uninstall.`,
    );
  }

  #write(role: ServiceRole): void {
    const file = unitFile(this.#parts, role);
    const making = `${file}.new`;
    writeFileSync(making, renderUnit(role, this.#setup), { mode: 0o644 });
    renameSync(making, file);
  }

  #tell(): void {
    const { program, config, allow, port, roles } = this.#setup;
    const homes = [...program, config].filter((path) => isBelow('/home', path) || isBelow('/root', path));
    for (const path of homes)
      this.notes.push(`${path} lies in a home folder: the user ${SYSTEMD_USER} must be let in.`);
    if (!roles.includes('serve')) return;
    if (allow.length > 0) this.notes.push('On Linux --allow opens nothing: set serve.allowFrom.');
    this.notes.push(
      `Where a firewall runs, open the port: ufw allow ${port}/tcp, or firewall-cmd --add-port=${port}/tcp.`,
    );
  }
}
