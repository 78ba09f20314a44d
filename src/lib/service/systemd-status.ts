import { ABSENT, type ServiceRole, type ServiceStatus } from './service.js';

/** What `systemctl show` says, as a status. */

export const SHOWN = [
  'LoadState',
  'ActiveState',
  'MainPID',
  'UnitFileState',
  'FragmentPath',
  'User',
  'ExecStart',
  'Result',
  'ExecMainStatus',
] as const;

export type Shown = Readonly<Partial<Record<(typeof SHOWN)[number], string>>>;

export function parseShown(text: string): Shown {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

const STATES: Readonly<Record<string, ServiceStatus['state']>> = {
  active: 'running',
  reloading: 'running',
  activating: 'starting',
  deactivating: 'stopping',
  inactive: 'stopped',
  failed: 'stopped',
};

export interface Unit {
  readonly role: ServiceRole;
  readonly name: string;
  /** Its file bears our mark. */
  readonly isOurs: boolean;
}

export function statusOf({ role, name, isOurs }: Unit, shown: Shown): ServiceStatus {
  const isThere = (shown.LoadState ?? 'not-found') !== 'not-found';
  if (!isThere) return { ...ABSENT, role, name };
  const pid = Number(shown.MainPID ?? 0);
  return {
    role,
    name,
    installed: isOurs ? 'yes' : 'foreign',
    state: STATES[shown.ActiveState ?? ''] ?? 'stopped',
    pid: pid > 0 ? pid : null,
    startType: startTypeOf(shown.UnitFileState ?? ''),
    account: shown.User || 'root',
    command: commandOf(shown.ExecStart ?? ''),
    failure: failureOf(shown),
    restarts: null,
  };
}

function startTypeOf(state: string): ServiceStatus['startType'] {
  if (state.startsWith('enabled')) return 'automatic';
  return state === 'masked' ? 'disabled' : 'manual';
}

/** `{ path=… ; argv[]=… ; ignore_errors=no ; … }` */
function commandOf(execStart: string): string | null {
  return /argv\[\]=(.*?) ; ignore_errors=/.exec(execStart)?.[1] ?? null;
}

/** `Result=` of systemd.service(5), in words. */
const RESULTS: Readonly<Record<string, string>> = {
  timeout: 'it did not answer in time',
  signal: 'its process was ended by a signal',
  'core-dump': 'its process crashed',
  watchdog: 'it hung, and was ended for that',
  resources: 'systemd could not start it',
  protocol: 'its process ended before it was ready',
  'oom-kill': 'the PC had no memory left for it',
};

/** The exit codes of hip (README, "Exit codes"), and those that systemd itself gives. */
const EXIT_CODES: Readonly<Record<string, string>> = {
  '1': 'a bug in hip',
  '2': 'wrong usage or configuration',
  '3': 'the outside world is unreachable',
  '203': 'its program could not be started',
  '217': 'its account could not be used',
  '226': 'a folder of its unit is not there',
  '238': 'its data folder could not be made',
  '243': 'its credentials could not be read',
};

function failureOf({ Result: result = 'success', ExecMainStatus: code = '' }: Shown): string | null {
  if (result === 'success') return null;
  if (result === 'exit-code') return `it ended with code ${code}, ${EXIT_CODES[code] ?? 'unknown'}`;
  return RESULTS[result] ?? result;
}
