import type { Server } from 'node:http';
import type { DeviceCare } from '../device-care.js';
import type { Dialect } from '../dialects/dialect.js';
import { codeOf, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import type { Log } from '../log.js';
import { createWallClock } from '../time-zone.js';
import { createAllowList } from './allow-list.js';
import { type Address, bind } from './bind.js';
import { Connections, plainAddress } from './connections.js';
import { createDeviceServer } from './device-server.js';
import { Intake, type IntakeJournal } from './intake.js';
import { type JournalOutage, Outage } from './outage.js';
import { createSecureDoor, type SecureDoor, type TlsSettings } from './secure-door.js';
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

/** How often idle connections are looked for; their timeout is seconds to minutes. */
const SWEEP_MS = 1_000;

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

export function createListener(parts: ListenerParts): Listener {
  const { settings, dialects, journal, log, clock } = parts;
  const nowMs = (): number => clock.nowMs();
  const traffic = new Traffic(nowMs);
  const outage = new Outage(nowMs, log);
  const connections = new Connections(settings);
  const intake = new Intake({
    dialects,
    settings: settings.dialects,
    holdUnapproved: settings.holdUnapproved,
    journal,
    wallClock: createWallClock(settings.timeZone),
    nowMs,
    log,
    traffic,
    outage,
    limits: {
      requiredPrefix: settings.requirePathPrefix ? settings.pathPrefix : null,
      perAddress: settings.maxRequestsPerAddress,
      perDevice: settings.maxRequestsPerDevice,
    },
    care: parts.care ?? null,
  });
  let stopping = false;
  let listening: Address | null = null;
  let secure: Address | null = null;
  const server = createDeviceServer({
    settings,
    intake,
    connections,
    allowList: createAllowList(settings.allowFrom),
    traffic,
    clock,
    isStopping: () => stopping,
  });
  const door = settings.tls && createDoor({ settings, tls: settings.tls, server, traffic, log });
  const sweep = createRepeat(clock, SWEEP_MS, () => {
    for (const { socket } of connections.waiting(nowMs() - settings.idleTimeoutMs)) {
      // Asked once already: a client that does not read its answer would keep it open for ever.
      if (socket.writableEnded) socket.destroy();
      else socket.destroySoon();
    }
  });
  return {
    async start() {
      secure = (await door?.start()) ?? null;
      try {
        listening = await bind(server, settings);
      } catch (error) {
        door?.stop();
        throw error;
      }
      server.on('error', (error) => log.error({ code: codeOf(error) }, `Listener: ${messageOf(error)}`));
      sweep.start();
      return listening;
    },
    async stop({ graceMs }) {
      stopping = true;
      door?.stop();
      if (listening !== null) await drain({ server, connections, clock, graceMs });
      listening = null;
      secure = null;
      sweep.stop();
    },
    state: () => ({
      ...traffic.counts,
      listening,
      secure,
      openSockets: connections.size,
      evictedSockets: connections.evicted,
      requestsPerDialect: { ...intake.requestsPerDialect },
      samples: traffic.samples(),
      journalOutage: outage.last,
    }),
  };
}

interface DoorParts {
  readonly settings: ListenerSettings;
  readonly tls: TlsSettings;
  readonly server: Server;
  readonly traffic: Traffic;
  readonly log: Log;
}

/** Behind the handshake a connection goes the way of all others. */
function createDoor({ settings, tls, server, traffic, log }: DoorParts): SecureDoor {
  return createSecureDoor({
    tls,
    host: settings.host,
    log,
    maxSockets: settings.maxSockets,
    handshakeTimeoutMs: settings.headerTimeoutMs,
    admit: (socket) => void server.emit('connection', socket),
    onFailure: (remoteAddress) => traffic.noHandshake(plainAddress(remoteAddress)),
  });
}

interface Drain {
  readonly server: Server;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly graceMs: number;
}

function drain({ server, connections, clock, graceMs }: Drain): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(graceMs, () => {
      for (const connection of connections) connection.socket.destroy();
    });
    server.close(() => {
      cancel();
      resolve();
    });
    // Node knows only those its parser has seen; replies just written still leave before the close.
    for (const { socket } of connections.waiting(clock.nowMs())) socket.destroySoon();
  });
}

function createRepeat(clock: Clock, everyMs: number, call: () => void): { start(): void; stop(): void } {
  let cancel = (): void => undefined;
  const start = (): void => {
    cancel = clock.after(everyMs, () => {
      start();
      call();
    });
  };
  return { start, stop: () => cancel() };
}
