import { setMaxListeners } from 'node:events';
import type { Log } from '../../log.js';
import { isFar, openSession, type Session } from './connection.js';
import type { MysqlSettings } from './settings.js';
import { isConnectionLoss } from './verdicts.js';

/**
 * Sessions, opened as work asks for them and closed when none does.
 *
 * States of a session: opening -> busy -> idle -> busy ... -> closed. At most `settings.connections` are open; more
 * work waits its turn. Side by side is worth it near and far: far away the line's round trips overlap, near by our
 * rendering and looking up overlap with the server's writing, for which two are enough (see `InsertTurns`).
 */

const NEAR_CONNECTIONS = 2;

/** Routers and cloud proxies forget silent connections after minutes; a write would then hang until its timeout. */
const IDLE_MS = 30_000;

export class SessionPool {
  readonly #settings: MysqlSettings;
  readonly #log: Log;
  readonly #idle: { readonly session: Session; readonly expiry: NodeJS.Timeout }[] = [];
  readonly #busy = new Set<Session>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #isFar = false;
  readonly #end = new AbortController();

  constructor(settings: MysqlSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    // Each open connection listens; Node warns from the eleventh on.
    setMaxListeners(0, this.#end.signal);
  }

  /**
   * Runs `work` with a session of its own. A session that had been idle may have died unnoticed, so when its line
   * breaks, `work` runs once more on a fresh one: whatever is done here must have its effect once.
   */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      const idle = this.#takeIdle();
      if (!idle) return await this.#work(await this.#openSession(), work);
      try {
        return await this.#work(idle, work);
      } catch (error) {
        if (!isConnectionLoss(error) || this.#end.signal.aborted) throw error;
        this.#log.debug({}, 'An idle database connection had died; connecting again');
        this.#dropIdle();
        return await this.#work(await this.#openSession(), work);
      }
    } finally {
      this.#open -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** What is under way fails; nothing is called afterwards. */
  async close(): Promise<void> {
    this.#end.abort();
    for (const session of this.#busy) session.destroy();
    const idle = this.#idle.splice(0);
    for (const { expiry } of idle) clearTimeout(expiry);
    await Promise.all(idle.map(({ session }) => session.close()));
  }

  async #turn(): Promise<void> {
    while (this.#open >= this.most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#open += 1;
  }

  /** How many are worth it at once, as far as is known. */
  get most(): number {
    const { connections } = this.#settings;
    return this.#isFar ? connections : Math.min(connections, NEAR_CONNECTIONS);
  }

  async #openSession(): Promise<Session> {
    const session = await openSession(this.#settings, this.#end.signal);
    this.#log.debug(
      { connectMs: Math.round(session.server.connectMs), version: session.server.version },
      'Connected to the database',
    );
    this.#isFar = isFar(session.server);
    // Whoever waits because there seemed to be a limit of two looks again.
    if (this.#isFar) for (const resume of this.#waiting.splice(0)) resume();
    return session;
  }

  async #work<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    this.#busy.add(session);
    try {
      return await work(session);
    } finally {
      this.#busy.delete(session);
      if (this.#end.signal.aborted) session.destroy();
      else if (session.alive) this.#keep(session);
    }
  }

  #takeIdle(): Session | undefined {
    for (let entry = this.#idle.pop(); entry; entry = this.#idle.pop()) {
      clearTimeout(entry.expiry);
      if (entry.session.alive) return entry.session;
    }
    return undefined;
  }

  #keep(session: Session): void {
    const expiry = setTimeout(() => {
      const at = this.#idle.findIndex((entry) => entry.session === session);
      if (at >= 0) this.#idle.splice(at, 1);
      void session.close();
    }, IDLE_MS);
    // An idle connection is no reason for a process to stay.
    expiry.unref();
    this.#idle.push({ session, expiry });
  }

  #dropIdle(): void {
    for (const { session, expiry } of this.#idle.splice(0)) {
      clearTimeout(expiry);
      session.destroy();
    }
  }
}
