import type { Punch } from '../punch.js';
import type { Database, Statement } from './database.js';
import { type Identity, identityOf, LooseIdentity } from './identity.js';
import type { Labels } from './labels.js';
import { LOOSE, STATE } from './migrations.js';

export interface Arrival {
  readonly device: number;
  /** `label.id` of the source. */
  readonly source: number;
  readonly receivedAtMs: number;
  readonly held: boolean;
}

/** Writes punches, each once. All of it within a transaction. */
export class PunchStore {
  readonly #labels: Labels;
  readonly #sinkNames: ReadonlyMap<string, string>;
  readonly #loose: LooseIdentity;
  readonly #insert: Statement;

  constructor(db: Database, labels: Labels, sinkNames: ReadonlyMap<string, string>) {
    this.#labels = labels;
    this.#sinkNames = sinkNames;
    this.#loose = new LooseIdentity(db);
    // One row per call is the fastest: several rows per statement and json_each both lose to it (measured).
    this.#insert =
      db.prepare(`INSERT INTO punch (time, user_key, device, state, loose, user_id, sink_name, status,
      verify, work_code, suspect, source, received_at, raw)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  }

  /**
   * @param lookAround whether any unproven punch is stored
   * @returns the identity when the punch is new, null when it stood there already
   */
  store(punch: Punch, arrival: Arrival, lookAround: boolean): Identity | null {
    const identity = identityOf(punch);
    const isLoose = (identity.loose & LOOSE.unproven) !== 0;
    if ((isLoose || lookAround) && this.#loose.isKnown(identity)) return null;
    return this.#add(identity, arrival) ? identity : null;
  }

  #add({ punch, time, userKey, loose }: Identity, arrival: Arrival): boolean {
    return (
      this.#insert.run(
        time,
        userKey,
        arrival.device,
        arrival.held ? STATE.held : STATE.waiting,
        loose,
        punch.userId === userKey ? null : punch.userId,
        this.#sinkNameOf(punch.deviceSn),
        punch.status,
        punch.verify,
        punch.workCode,
        punch.suspect,
        arrival.source,
        arrival.receivedAtMs,
        punch.raw,
      ).changes === 1
    );
  }

  /** Frozen with the punch, so that a later change of settings touches only new ones (law 2). */
  #sinkNameOf(sn: string): number | null {
    const name = this.#sinkNames.get(sn);
    return name === undefined || name === sn ? null : this.#labels.idOf(name);
  }
}
