import type { Punch } from '../punch.js';
import type { Statement } from './database.js';
import type { FreshPunches } from './fresh.js';
import { type Identity, LooseIdentity } from './identity.js';
import type { WaitingPunch } from './journal.js';
import { LOOSE, STATE } from './migrations.js';
import { type Added, type Arrival, BLOCK, PunchRows, type PunchRowsParts, whole } from './punch-rows.js';

export interface Stored {
  /** New ones. */
  readonly stored: number;
  /** Equal ones that were held until now and wait with it. */
  readonly released: number;
}

/** What is known of the punches around. */
export interface Surroundings {
  /** Unproven ones are stored around its time. */
  readonly unproven: boolean;
  /** Some of those stored are held. */
  readonly held: boolean;
}

export interface PunchStoreParts extends PunchRowsParts {
  readonly fresh: FreshPunches;
}

/** Writes punches, each once. All of it within a transaction. */
export class PunchStore {
  readonly #rows: PunchRows;
  readonly #sinkNames: ReadonlyMap<string, string>;
  readonly #fresh: FreshPunches;
  readonly #loose: LooseIdentity;
  readonly #releaseSame: Statement;

  constructor(parts: PunchStoreParts) {
    this.#rows = new PunchRows(parts);
    this.#sinkNames = parts.sinkNames;
    this.#fresh = parts.fresh;
    this.#loose = new LooseIdentity(parts.db);
    this.#releaseSame = parts.db.prepare(`UPDATE punch SET state = ${STATE.waiting}
      WHERE state = ${STATE.held} AND time = ? AND user_key = ? AND device = ?`);
  }

  store(identity: Identity, arrival: Arrival, around: Surroundings): Stored {
    const isUnproven = (identity.loose & LOOSE.unproven) !== 0;
    if ((isUnproven || around.unproven) && this.#loose.isKnown(identity)) {
      return { stored: 0, released: this.#release([identity], arrival, around) };
    }
    if (this.#addAll([identity], arrival) === 1) return { stored: 1, released: 0 };
    return { stored: 0, released: this.#releaseEqual([identity], arrival, around) };
  }

  /**
   * @param alike by `areAlike`, and to the second: the index alone then keeps them apart from each other
   */
  storeAlike(alike: readonly Identity[], arrival: Arrival, around: Surroundings): Stored {
    const isUnproven = ((alike[0]?.loose ?? 0) & LOOSE.unproven) !== 0;
    const unknown = isUnproven || around.unproven ? this.#loose.unknownOf(alike) : alike;
    const stored = this.#addAll(unknown, arrival);
    const known = unknown.length === alike.length ? [] : without(alike, unknown);
    const equal = stored === unknown.length ? [] : unknown;
    const released = this.#release(known, arrival, around) + this.#releaseEqual(equal, arrival, around);
    return { stored, released };
  }

  /**
   * What is held must not keep from delivery what came again by a road that needs no approval. It goes out under its
   * first identity, as every punch (law 2).
   */
  #release(known: readonly Identity[], arrival: Arrival, around: Surroundings): number {
    if (arrival.held || !around.held) return 0;
    return known.reduce((released, identity) => released + this.#loose.release(identity), 0);
  }

  /** The same for those that the index alone found to stand there already; what is new is not held. */
  #releaseEqual(equal: readonly Identity[], { device, held }: Arrival, around: Surroundings): number {
    if (held || !around.held) return 0;
    return equal.reduce(
      (released, { time, userKey }) => released + this.#releaseSame.run(time, userKey, device).changes,
      0,
    );
  }

  /** How many are new. */
  #addAll(unknown: readonly Identity[], arrival: Arrival): number {
    let stored = 0;
    for (let at = 0; at < unknown.length; ) {
      const isBlock = unknown.length - at >= BLOCK;
      const some = unknown.slice(at, at + (isBlock ? BLOCK : 1));
      const added = isBlock ? this.#rows.addBlock(some, arrival) : this.#rows.add(some[0]!, arrival);
      this.#remember(some, added, arrival);
      stored += added.changes;
      at += some.length;
    }
    return stored;
  }

  #remember(some: readonly Identity[], { changes, lastKey }: Added, { isImport, held }: Arrival): void {
    if (!isImport || held || changes < some.length || !this.#fresh.isWhole) return;
    const before = lastKey - some.length;
    this.#fresh.add(
      some.map(({ punch }, at) => waitingOf(punch, { key: before + 1 + at, names: this.#sinkNames })),
    );
  }
}

/** As it would be read from the disk. */
function waitingOf(
  { deviceSn, userId, time, status, verify, raw }: Punch,
  { key, names }: { readonly key: number; readonly names: ReadonlyMap<string, string> },
): WaitingPunch {
  return { key, deviceName: names.get(deviceSn) ?? deviceSn, userId, time, status, verify, raw: whole(raw) };
}

function without(all: readonly Identity[], some: readonly Identity[]): Identity[] {
  const left = new Set(some);
  return all.filter((identity) => !left.has(identity));
}
