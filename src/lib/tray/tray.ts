import { HipError, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import { SERVICE_ROLES, type ServiceRole, type SystemServices } from '../service/service.js';
import { createAlarms } from './alarms.js';
import { balloonsOf, failureBalloon, type SyncOutcome, syncBalloon } from './balloons.js';
import { describeTray } from './describe.js';
import type { StatusFacts, TrayFacts } from './facts.js';
import type { Speech } from './texts.js';
import type { Balloon, TrayAction, TrayView } from './view.js';

/**
 * The tray: looks every two seconds, shows what it sees, tells of troubles, and does what is chosen.
 *
 *   new -> looking        (`start`)
 *   looking -> ended      (`exit` chosen, or `end`; the icon is closed, `ended` resolves)
 *   looking -> ended      (a bug: the icon is closed, `ended` rejects)
 */
export interface Tray {
  start(): void;
  act(action: TrayAction): void;
  end(): void;
  readonly ended: Promise<void>;
}

export interface TrayParts {
  readonly icon: TrayFace;
  readonly services: Pick<SystemServices, 'status' | 'start' | 'stop'>;
  /** Never rejects. */
  readStatus(): Promise<StatusFacts | null>;
  readonly desk: TrayDesk;
  readonly speech: Speech;
  readonly clock: Clock;
}

/** Where the tray is seen; `windows/tray-icon.ts` is the real one. */
export interface TrayFace {
  show(view: TrayView): void;
  notify(balloon: Balloon): void;
  close(): void;
}

/** What it can do on the person's desktop. */
export interface TrayDesk {
  sync(): Promise<SyncOutcome>;
  showStatus(): Promise<void>;
  openLogs(): void;
  showAbout(): void;
  /** Runs `hip service <verb> <role>` after Windows has asked the person; false when they or Windows declined. */
  elevate(verb: ServiceVerb, role: ServiceRole): boolean;
}

export type ServiceVerb = 'start' | 'stop' | 'restart';

/** A service that died is started anew after five seconds: it must be seen before. */
const LOOK_EVERY_MS = 2_000;

export function createTray(parts: TrayParts): Tray {
  return new RunningTray(parts);
}

class RunningTray implements Tray {
  readonly ended: Promise<void>;
  readonly #parts: TrayParts;
  readonly #alarms = createAlarms();
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #facts: TrayFacts | null = null;
  #syncing = false;
  #isOver = false;
  #cancelNext: () => void = () => undefined;

  constructor(parts: TrayParts) {
    this.#parts = parts;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  start(): void {
    this.#guard(this.#look());
  }

  act(action: TrayAction): void {
    if (action.do === 'exit') this.end();
    else this.#guard(this.#do(action));
  }

  end(): void {
    if (this.#close()) this.#resolve();
  }

  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#cancelNext();
    this.#parts.icon.close();
    return true;
  }

  #guard(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (this.#close()) this.#reject(error);
    });
  }

  async #look(): Promise<void> {
    const { services, clock } = this.#parts;
    const [status, ...seen] = await Promise.all([
      this.#parts.readStatus(),
      ...SERVICE_ROLES.map((role) => services.status(role)),
    ]);
    if (this.#isOver) return;
    this.#facts = { nowMs: clock.nowMs(), services: seen, status };
    const changes = this.#alarms.observe(this.#facts);
    this.#show();
    for (const balloon of balloonsOf(changes, this.#parts.speech)) this.#parts.icon.notify(balloon);
    this.#cancelNext();
    this.#cancelNext = clock.after(LOOK_EVERY_MS, () => this.#guard(this.#look()));
  }

  #show(): void {
    if (this.#isOver || this.#facts === null) return;
    const situation = { facts: this.#facts, alarms: this.#alarms.active(), syncing: this.#syncing };
    this.#parts.icon.show(describeTray(situation, this.#parts.speech));
  }

  async #do(action: TrayAction): Promise<void> {
    const { desk } = this.#parts;
    if (action.do === 'sync') await this.#sync();
    else if (action.do === 'status') await desk.showStatus();
    else if (action.do === 'logs') desk.openLogs();
    else if (action.do === 'about') desk.showAbout();
    else if ('role' in action) await this.#command(action.do, action.role);
  }

  async #command(verb: ServiceVerb, role: ServiceRole): Promise<void> {
    const { services, desk, speech } = this.#parts;
    try {
      if (verb !== 'start') await services.stop(role);
      if (verb !== 'stop') await services.start(role);
    } catch (error) {
      if (!(error instanceof HipError)) throw error;
      if (error.code !== 'HIP_NOT_ADMIN') this.#tellFailure(role, messageOf(error));
      else if (!desk.elevate(verb, role)) this.#tellFailure(role, speech.texts.notAllowed);
    }
    await this.#look();
  }

  #tellFailure(role: ServiceRole, reason: string): void {
    const { speech, icon } = this.#parts;
    if (!this.#isOver) icon.notify(failureBalloon(speech.texts[role], reason, speech));
  }

  async #sync(): Promise<void> {
    const { desk, speech, icon } = this.#parts;
    if (this.#syncing) return;
    this.#syncing = true;
    this.#show();
    try {
      const outcome = await desk.sync();
      if (!this.#isOver) icon.notify(syncBalloon(outcome, speech));
    } finally {
      this.#syncing = false;
    }
    await this.#look();
  }
}
