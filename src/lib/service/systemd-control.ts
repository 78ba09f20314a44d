import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HipError } from '../errors.js';
import type { ServiceRole } from './service.js';
import { parseShown, SHOWN, type Shown, statusOf } from './systemd-status.js';
import { UNIT_MARK, UNIT_NAMES } from './systemd-units.js';

/** Runs a program to its end; never throws for an exit code. */
export type Run = (program: string, args: readonly string[]) => Promise<Ran>;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SystemdParts {
  readonly run: Run;
  /** `/etc/systemd/system` */
  readonly unitDir: string;
  /** `/etc/sysusers.d` */
  readonly sysusersDir: string;
  readonly isRoot: boolean;
  /** systemd is what runs this machine. */
  readonly isBooted: boolean;
}

/** Each call to its end. */
export interface Control {
  show(role: ServiceRole): Promise<Shown>;
  start(role: ServiceRole): Promise<void>;
  stop(role: ServiceRole): Promise<void>;
  /** Null where there is none, or where it is ours. */
  foreign(role: ServiceRole): Promise<string | null>;
  /** @throws {HipError} HIP_SERVICE_FAILED */
  require(program: string, args: readonly string[]): Promise<void>;
}

export function createControl({ run }: SystemdParts): Control {
  const control: Control = {
    async show(role) {
      const { stdout } = await run('systemctl', [
        'show',
        unitOf(role),
        `--property=${SHOWN.join(',')}`,
        '--no-pager',
      ]);
      return parseShown(stdout);
    },
    async start(role) {
      await requireThere(role);
      const { code, stderr } = await run('systemctl', ['start', unitOf(role)]);
      if (code === 0) return;
      const unit = { role, name: UNIT_NAMES[role], isOurs: true };
      const why = statusOf(unit, await control.show(role)).failure ?? firstLine(stderr);
      throw failed(`${UNIT_NAMES[role]} did not start: ${why}.`, UNIT_NAMES[role]);
    },
    async stop(role) {
      await requireThere(role);
      await control.require('systemctl', ['stop', unitOf(role)]);
    },
    async foreign(role) {
      const { LoadState: state = 'not-found', FragmentPath: file = '' } = await control.show(role);
      return state === 'not-found' || isOurs(file) ? null : file;
    },
    async require(program, args) {
      const { code, stderr } = await run(program, args);
      if (code !== 0) throw failed(`${program} ${args.join(' ')} failed: ${firstLine(stderr)}.`);
    },
  };
  const requireThere = async (role: ServiceRole): Promise<void> => {
    const { LoadState: state = 'not-found' } = await control.show(role);
    if (state !== 'not-found') return;
    throw new HipError('HIP_SERVICE_MISSING', `There is no service ${UNIT_NAMES[role]}.`, {
      suggestions: ['Install it first: sudo hip service install'],
    });
  };
  return control;
}

export function unitOf(role: ServiceRole): string {
  return `${UNIT_NAMES[role]}.service`;
}

export function unitFile({ unitDir }: Pick<SystemdParts, 'unitDir'>, role: ServiceRole): string {
  return join(unitDir, unitOf(role));
}

export function isOurs(file: string | undefined): boolean {
  return file !== undefined && existsSync(file) && readFileSync(file, 'utf8').startsWith(UNIT_MARK);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.replace(/\.$/, '') ?? '';
}

function failed(message: string, name?: string): HipError {
  const suggestions = name === undefined ? [] : [`journalctl -u ${name} -n 30 shows what it said`];
  return new HipError('HIP_SERVICE_FAILED', message, { suggestions });
}
