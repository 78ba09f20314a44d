import type { Database, Statement } from './database.js';
import { type Identity, LooseIdentity } from './identity.js';
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
   * @param lookAround whether unproven punches are stored around its time
   * @returns false when it stood there already
   */
  store(identity: Identity, arrival: Arrival, lookAround: boolean): boolean {
    const isUnproven = (identity.loose & LOOSE.unproven) !== 0;
    if ((isUnproven || lookAround) && this.#loose.isKnown(identity)) return false;
    return this.#add(identity, arrival);
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
