import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDelivery, createSink, openStore, systemClock } from '../../app.js';
import { openSecrets } from '../../config/secrets.js';
import type { LoadedConfig } from '../../config.js';
import { createDeviceCare, type DeviceCare } from '../../device-care.js';
import { createDialects } from '../../dialects/index.js';
import { codeOf, messageOf } from '../../errors.js';
import type { Clock } from '../../forwarder/clock.js';
import type { Forwarder } from '../../forwarder.js';
import type { Journal, JournalNotice } from '../../journal/journal.js';
import type { Address } from '../../listener/bind.js';
import { createListener, type Listener } from '../../listener/listener.js';
import { createStatusEndpoint } from '../../listener/status-endpoint.js';
import type { Log } from '../../log.js';
import { deviceCareSettings, listenerSettings, mysqlSettings } from '../../settings.js';
import type { Sink } from '../../sinks/sink.js';
import { createWallClock } from '../../time-zone.js';
import { reportStatus, type StatusReport } from '../status/status.js';
import { SERVE_NOTE } from '../status/status-fetch.js';
import { recallSources } from '../sync/sync-status.js';
import {
  alreadyServed,
  alsoServed,
  announceListener,
  ONE_IS_ENOUGH,
  type Presence,
} from './listener-presence.js';
import { createPcClock, type PcClock } from './pc-clock.js';
import { watchJournal } from './watched-journal.js';

/**
 * What `hip serve` is made of. Parts are stopped in the reverse order of their start: first nothing new comes in,
 * then what is under way is delivered or kept, last the journal closes.
 */

export interface ServeParts {
  readonly version: string;
  readonly log: Log;
  /** Another clock than the world's, for tests. */
  readonly clock?: Clock;
}

export interface RunningServe {
  readonly address: Address;
  /** For devices that are set to HTTPS; null without one. */
  readonly securePort: number | null;
  readonly target: string | null;
  readonly journalPath: string;
  readonly statusUrl: string | null;
  readonly utcOffsetMinutes: number;
  readonly notices: readonly JournalNotice[];
  status(): StatusReport;
  /** Rejects on a bug: the process should fail then, and the service manager start it anew. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Devices wait seconds for an answer; what is under way ends well within this. */
const STOP_GRACE_MS = 5_000;

/** What undoes each step of the start. */
type Stops = (() => Promise<void> | void)[];

/** @throws {HipError} everything that keeps it from starting, with what to do */
export async function startServe(
  configured: LoadedConfig,
  { version, log, clock = systemClock }: ServeParts,
): Promise<RunningServe> {
  const surroundings = { loaded: await openSecrets(configured), log, clock };
  const startedAt = new Date(clock.nowMs()).toISOString();
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const crew = await build(surroundings, stops);
    const { address, presence } = await start(crew, surroundings, stops);
    const status = (): StatusReport => tell({ ...surroundings, ...crew, version, startedAt, presence });
    const statusUrl = await startEndpoint({ ...surroundings, read: status, stops });
    return { ...describe(crew, surroundings), address, statusUrl, status, failed: crew.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Surroundings {
  readonly loaded: LoadedConfig;
  readonly log: Log;
  readonly clock: Clock;
}

interface Crew {
  /** Null, and with it the forwarder, without a database. */
  readonly sink: Sink | null;
  readonly journal: Journal;
  readonly forwarder: Forwarder | null;
  readonly pcClock: PcClock;
  readonly care: DeviceCare;
  readonly listener: Listener;
  readonly failed: Promise<never>;
  readonly fail: (error: unknown) => void;
}

/** Opens what is to be closed again, and hands the parts to each other. Nothing moves yet. */
async function build({ loaded, log, clock }: Surroundings, stops: Stops): Promise<Crew> {
  const sink = await createSink(loaded, log);
  if (sink) stops.push(() => sink.close());
  const { failed, fail } = createFailure();
  const journal = openStore(loaded, { log, onDamage: fail });
  stops.push(() => journal.close());
  const forwarder = sink ? createDelivery({ loaded, journal, sink, log }) : null;
  const pcClock = createPcClock(pcClockParts({ loaded, log, clock }));
  const care = buildCare({ loaded, journal, log, clock, pcClock, fail });
  const watched = watchJournal({ journal, forwarder, log, clock });
  stops.push(() => watched.tellRest());
  const listener = createListener({
    settings: listenerSettings(loaded),
    dialects: createDialects(),
    journal: watched,
    log,
    clock,
    care,
  });
  return { sink, journal, forwarder, pcClock, care, listener, failed, fail };
}

/** Delivery first, the doors last: when the first device is heard, all behind the doors is at work. */
async function start(
  { forwarder, pcClock, care, listener, fail }: Crew,
  { loaded, log, clock }: Surroundings,
  stops: Stops,
): Promise<{ readonly address: Address; readonly presence: Presence }> {
  pcClock.start();
  stops.push(() => pcClock.stop());
  care.start();
  stops.push(() => care.stop());
  if (forwarder) {
    forwarder.start().catch(fail);
    stops.push(() => forwarder.stop());
  }
  const presence = announceListener(loaded.dataDir, clock);
  stops.push(() => presence.end());
  const address = await listener.start().catch((error: unknown) => {
    throw presence.isAlone ? error : alreadyServed(loaded.dataDir, error);
  });
  stops.push(() => listener.stop({ graceMs: STOP_GRACE_MS }));
  if (!presence.isAlone)
    log.warn({ dataDir: loaded.dataDir }, `${alsoServed(loaded.dataDir)} ${ONE_IS_ENOUGH}`);
  return { address, presence };
}

function describe(
  { sink, journal, listener }: Crew,
  { loaded, clock }: Surroundings,
): Pick<RunningServe, 'securePort' | 'target' | 'journalPath' | 'utcOffsetMinutes' | 'notices'> {
  return {
    securePort: listener.state().secure?.port ?? null,
    target: sink?.target ?? null,
    journalPath: journal.path,
    utcOffsetMinutes: createWallClock(loaded.config.serve.timeZone).offsetMinutes(new Date(clock.nowMs())),
    notices: journal.notices(),
  };
}

function tell(
  inside: Surroundings &
    Crew & { readonly version: string; readonly startedAt: string; readonly presence: Presence },
): StatusReport {
  const { loaded, journal, clock, presence } = inside;
  return reportStatus({
    ...inside,
    warnSeconds: loaded.config.clock.warnSeconds,
    sources: recallSources(loaded, journal, new Date(clock.nowMs())),
    isAlone: presence.isAlone,
  });
}

function pcClockParts({ loaded, log, clock }: Surroundings): Parameters<typeof createPcClock>[0] {
  const settings = mysqlSettings(loaded);
  if (settings === null) return { clock, log, measure: null };
  const nowMs = (): number => clock.nowMs();
  const measure = async (signal: AbortSignal): Promise<number> => {
    const { measureServerClock } = await import('../../sinks/server-clock.js');
    return measureServerClock(settings, { nowMs, signal });
  };
  return { clock, log, measure };
}

interface CareParts extends Surroundings {
  readonly journal: Journal;
  readonly pcClock: PcClock;
  readonly fail: (error: unknown) => void;
}

function buildCare({ loaded, pcClock, ...parts }: CareParts): DeviceCare {
  return createDeviceCare({
    ...parts,
    wallClock: createWallClock(loaded.config.serve.timeZone),
    settings: deviceCareSettings(loaded),
    isPcRight: () => pcClock.isRight,
  });
}

/** A promise that can only fail. Nobody may be looking yet when it does: that alone is not "unhandled". */
function createFailure(): { readonly failed: Promise<never>; readonly fail: (error: unknown) => void } {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  return { failed, fail };
}

/**
 * The status is a convenience: a taken port is no reason not to take punches. Then any free one serves, and a note
 * in the data folder tells `hip status` which.
 */
async function startEndpoint(parts: {
  readonly loaded: LoadedConfig;
  readonly read: () => StatusReport;
  readonly log: Log;
  readonly stops: Stops;
}): Promise<string | null> {
  const { loaded, read, log, stops } = parts;
  const { statusPort } = loaded.config.serve;
  if (statusPort === 0) return null;
  for (const port of [statusPort, 0]) {
    const endpoint = createStatusEndpoint({ host: '127.0.0.1', port, read, log });
    const address = await endpoint.start();
    if (!address) continue;
    stops.push(() => endpoint.stop());
    const statusUrl = `http://127.0.0.1:${address.port}/api/v1/status`;
    noteStatusUrl(join(loaded.dataDir, SERVE_NOTE), statusUrl, log);
    return statusUrl;
  }
  return null;
}

function noteStatusUrl(file: string, statusUrl: string, log: Log): void {
  try {
    writeFileSync(file, `${JSON.stringify({ statusUrl })}\n`);
  } catch (error) {
    log.warn({ code: codeOf(error) }, `Can't note the status address in ${file}: ${messageOf(error)}`);
  }
}
