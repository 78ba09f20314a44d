import type { Server } from 'node:http';
import { codeOf, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import type { Log } from '../log.js';
import { type Address, bind } from './bind.js';
import { type Connections, plainAddress } from './connections.js';
import { createDeviceServer } from './device-server.js';
import { createDoorkeeper, type Doorkeeper } from './doorkeeper.js';
import type { Intake } from './intake.js';
import { createSecureDoor, type SecureDoor } from './secure-door.js';
import type { ListenerSettings } from './settings.js';
import type { Traffic } from './traffic.js';

export interface DoorsParts {
  readonly settings: ListenerSettings;
  readonly intake: Intake;
  readonly connections: Connections;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often idle connections are looked for; their timeout is seconds to minutes. */
const SWEEP_MS = 1_000;

/**
 * The ports that devices call: the plain one and, where it is configured, the one for HTTPS. What comes through
 * either goes the same way from here on: doorkeeper, gate, intake.
 *
 * States: shut -> open -> closing (nothing new; what is under way is answered) -> shut
 */
export class Doors {
  /** Null while shut. */
  plain: Address | null = null;
  /** Null while shut, and without a port for HTTPS. */
  secure: Address | null = null;
  readonly #parts: DoorsParts;
  readonly #server: Server;
  readonly #secureDoor: SecureDoor | null;
  #isClosing = false;
  #cancelSweep: () => void = () => undefined;

  /** @throws {HipError} HIP_CONFIG_INVALID when the certificate for HTTPS can't be used */
  constructor(parts: DoorsParts) {
    this.#parts = parts;
    const doorkeeper = createDoorkeeper(parts.settings.allowFrom, parts.traffic);
    this.#server = createDeviceServer({ ...parts, doorkeeper, isStopping: () => this.#isClosing });
    this.#secureDoor = this.#createSecureDoor(doorkeeper);
  }

  /**
   * Gives the address of the plain port.
   * @throws {HipError} as `bind`; both ports are shut then
   */
  async open(): Promise<Address> {
    const { settings, log } = this.#parts;
    this.secure = (await this.#secureDoor?.start()) ?? null;
    try {
      this.plain = await bind(this.#server, settings);
    } catch (error) {
      this.#secureDoor?.stop();
      throw error;
    }
    this.#server.on('error', (error) => log.error({ code: codeOf(error) }, `Listener: ${messageOf(error)}`));
    this.#sweepLater();
    return this.plain;
  }

  /** What is under way gets so long to be answered; then its connections are cut. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#secureDoor?.stop();
    if (this.plain !== null) await this.#drain(graceMs);
    this.plain = null;
    this.secure = null;
    this.#cancelSweep();
  }

  /** Behind the handshake a connection goes the way of all others. */
  #createSecureDoor(doorkeeper: Doorkeeper): SecureDoor | null {
    const { settings, traffic, log } = this.#parts;
    if (settings.tls === null) return null;
    return createSecureDoor({
      tls: settings.tls,
      host: settings.host,
      log,
      maxSockets: settings.maxSockets,
      handshakeTimeoutMs: settings.headerTimeoutMs,
      doorkeeper,
      admit: (socket) => void this.#server.emit('connection', socket),
      onFailure: (remoteAddress) => traffic.noHandshake(plainAddress(remoteAddress)),
    });
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#parts.clock.after(SWEEP_MS, () => {
      this.#sweepLater();
      this.#closeIdle();
    });
  }

  #closeIdle(): void {
    const { connections, settings, clock } = this.#parts;
    for (const { socket } of connections.waiting(clock.nowMs() - settings.idleTimeoutMs)) {
      // Asked once already: a client that does not read its answer would keep it open for ever.
      if (socket.writableEnded) socket.destroy();
      else socket.destroySoon();
    }
  }

  #drain(graceMs: number): Promise<void> {
    const { connections, clock } = this.#parts;
    return new Promise((resolve) => {
      const cancel = clock.after(graceMs, () => {
        for (const connection of connections) connection.socket.destroy();
      });
      this.#server.close(() => {
        cancel();
        resolve();
      });
      // Node knows only those its parser has seen; replies just written still leave before the close.
      for (const { socket } of connections.waiting(clock.nowMs())) socket.destroySoon();
    });
  }
}
