import type { ServiceRole, ServiceStatus } from '../../src/lib/service/service.js';
import type { StatusFacts, TrayFacts } from '../../src/lib/tray/facts.js';
import { LANGUAGES, type Speech } from '../../src/lib/tray/texts.js';
import type { MenuItem } from '../../src/lib/tray/view.js';

/** 08:00 UTC on 5 January 2026. */
export const NOW_MS = Date.UTC(2026, 0, 5, 8);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** ISO UTC of a moment before `NOW_MS`, or after it where negative. */
export function ago(ms: number): string {
  return new Date(NOW_MS - ms).toISOString();
}

export const english: Speech = {
  texts: LANGUAGES.en,
  localTime: (iso) => iso.slice(0, 16).replace('T', ' '),
};

export function service(role: ServiceRole, state: ServiceStatus['state'], failure?: string): ServiceStatus {
  return {
    role,
    name: role,
    installed: state === null ? 'no' : 'yes',
    state,
    pid: state === 'running' ? 4 : null,
    startType: 'automatic',
    account: null,
    command: null,
    failure: failure ?? null,
    restarts: null,
  };
}

export function device(sn: string, silentMs: number, dialect = 'adms'): StatusFacts['devices'][number] {
  return { sn, name: null, dialect, lastSeenAt: ago(silentMs) };
}

export interface StatusOptions {
  readonly waiting?: number;
  readonly oldestWaitingAt?: string;
  readonly lastPunchAt?: string;
  readonly journalError?: string;
  readonly sink?: Partial<StatusFacts['sink']>;
  readonly devices?: StatusFacts['devices'];
  readonly startedAt?: string;
}

/** Of a serve that runs since yesterday and has nothing to complain of. */
export function status(options: StatusOptions = {}): StatusFacts {
  const { waiting = 0, oldestWaitingAt = null, lastPunchAt = ago(MINUTE_MS), journalError = null } = options;
  return {
    startedAt: options.startedAt ?? ago(24 * HOUR_MS),
    journal: { waiting, oldestWaitingAt, lastPunchAt, error: journalError },
    sink: { configured: true, reachable: true, error: null, ...options.sink },
    devices: options.devices ?? [],
  };
}

export function facts(parts: Partial<TrayFacts> = {}): TrayFacts {
  return {
    nowMs: NOW_MS,
    services: [service('serve', 'running'), service('sync', 'running')],
    status: status(),
    ...parts,
  };
}

/** The menu as a person reads it: what can't be chosen in brackets, what opens further indented. */
export function readMenu(items: readonly MenuItem[]): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'separator') return ['-'];
    if (item.kind === 'text') return [`(${item.text})`];
    if (item.kind === 'action') return [item.enabled ? item.text : `(${item.text})`];
    return [item.text, ...readMenu(item.items).map((line) => `  ${line}`)];
  });
}
