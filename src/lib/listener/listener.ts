import type { DeviceCare } from '../device-care.js';
import type { Dialect } from '../dialects/dialect.js';
import type { Clock } from '../forwarder/clock.js';
import type { Log } from '../log.js';
import { createWallClock } from '../time-zone.js';
import type { Address } from './bind.js';
import { Connections } from './connections.js';
import { Doors } from './doors.js';
import { Intake, type IntakeJournal, type IntakeParts } from './intake.js';
import { type JournalOutage, Outage } from './outage.js';
import type { ListenerSettings } from './settings.js';
import { Traffic, type TrafficCounts, type TrafficSample } from './traffic.js';

export interface ListenerParts {
  readonly settings: ListenerSettings;
  /** In order: the first that claims a request reads it. */
  readonly dialects: readonly Dialect[];
  readonly journal: IntakeJournal;
  readonly log: Log;
  readonly clock: Clock;
  /** Shown every contact of a device; absent where nobody watches. */
  readonly care?: Pick<DeviceCare, 'contact' | 'maySetClocks'>;
}

/** The HTTP source. Call order: `start` once, `stop` once; `state` any time. */
export interface Listener {
  /** @throws {HipError} HIP_PORT_IN_USE, HIP_PORT_FORBIDDEN, HIP_ADDRESS_UNAVAILABLE */
  start(): Promise<Address>;
  /** Accepts nothing new, closes what is idle, answers what is under way, at most `graceMs` long. */
  stop(options: { readonly graceMs: number }): Promise<void>;
  state(): ListenerState;
}

/** For `hip status`; counts since the start. */
export interface ListenerState extends Readonly<TrafficCounts> {
  /** Null before the start and after the stop. */
  readonly listening: Address | null;
  /** The port for HTTPS; null without one. */
  readonly secure: Address | null;
  readonly openSockets: number;
  /** Connections closed to make room for new ones. */
  readonly evictedSockets: number;
  readonly requestsPerDialect: Readonly<Record<string, number>>;
  readonly samples: readonly TrafficSample[];
  /** The last time the journal could not commit; null when it always could. */
  readonly journalOutage: JournalOutage | null;
}

/**
 * One request walks from the doors (`doors.ts`) past the doorkeeper to the gate, where its bytes become a request,
 * then to the intake, where a dialect reads it and the journal commits, and back with the reply.
 * @throws {HipError} HIP_CONFIG_INVALID when the certificate for HTTPS can't be used
 */
export function createListener(parts: ListenerParts): Listener {
  const { settings, log, clock } = parts;
  const nowMs = (): number => clock.nowMs();
  const traffic = new Traffic(nowMs);
  const outage = new Outage(nowMs, log);
  const connections = new Connections(settings);
  const intake = new Intake(intakeParts(parts, { traffic, outage }));
  const doors = new Doors({ settings, intake, connections, traffic, clock, log });
  return {
    start: () => doors.open(),
    stop: ({ graceMs }) => doors.close(graceMs),
    state: () => ({
      ...traffic.counts,
      listening: doors.plain,
      secure: doors.secure,
      openSockets: connections.size,
      evictedSockets: connections.evicted,
      requestsPerDialect: { ...intake.requestsPerDialect },
      samples: traffic.samples(),
      journalOutage: outage.last,
    }),
  };
}

function intakeParts(
  { settings, dialects, journal, log, clock, care }: ListenerParts,
  watchers: Pick<IntakeParts, 'traffic' | 'outage'>,
): IntakeParts {
  return {
    ...watchers,
    dialects,
    settings: settings.dialects,
    holdUnapproved: settings.holdUnapproved,
    journal,
    wallClock: createWallClock(settings.timeZone),
    nowMs: () => clock.nowMs(),
    log,
    limits: {
      requiredPrefix: settings.requirePathPrefix ? settings.pathPrefix : null,
      perAddress: settings.maxRequestsPerAddress,
      perDevice: settings.maxRequestsPerDevice,
    },
    care: care ?? null,
  };
}
