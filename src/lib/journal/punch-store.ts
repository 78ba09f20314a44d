import type { Punch } from '../punch.js';
import type { Database, Statement, Value } from './database.js';
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

/** Rows of one statement: the price of the call and of what they share is then paid once. */
const BLOCK = 100;

/** What a punch has of its own, and what is alike in a whole block. */
const PLAIN_OWN = ['time', 'user_key', 'raw'] as const;
const OWN = [...PLAIN_OWN, 'user_id', 'status', 'verify', 'work_code', 'suspect'] as const;
const SHARED = ['device', 'state', 'loose', 'sink_name', 'source', 'received_at'] as const;

/**
 * Half the price of single rows (measured), but only with nameless parameters: to bind `?7` takes longer the more of
 * its kind there are. WHERE true, since SQLite would take ON CONFLICT for a join.
 */
function blockOf(own: readonly string[], shared: readonly string[]): string {
  const row = placesFor(own);
  return `WITH shared (${shared.join(', ')}) AS (VALUES ${placesFor(shared)})
    INSERT INTO punch (${[...own, ...shared].join(', ')})
    SELECT own.*, shared.* FROM shared CROSS JOIN (VALUES ${Array.from({ length: BLOCK }, () => row).join(', ')}) AS own
    WHERE true ON CONFLICT DO NOTHING`;
}

function placesFor(columns: readonly string[]): string {
  return `(${columns.map(() => '?').join(', ')})`;
}

/** Writes punches, each once. All of it within a transaction. */
export class PunchStore {
  readonly #labels: Labels;
  readonly #sinkNames: ReadonlyMap<string, string>;
  readonly #loose: LooseIdentity;
  readonly #insert: Statement;
  readonly #insertBlock: Statement;
  readonly #insertPlainBlock: Statement;
  readonly #releaseSame: Statement;

  constructor(db: Database, labels: Labels, sinkNames: ReadonlyMap<string, string>) {
    this.#labels = labels;
    this.#sinkNames = sinkNames;
    this.#loose = new LooseIdentity(db);
    this.#insert =
      db.prepare(`INSERT INTO punch (time, user_key, device, state, loose, user_id, sink_name, status,
      verify, work_code, suspect, source, received_at, raw)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
    this.#insertBlock = db.prepare(blockOf(OWN, SHARED));
    this.#insertPlainBlock = db.prepare(blockOf(PLAIN_OWN, SHARED));
    this.#releaseSame = db.prepare(`UPDATE punch SET state = ${STATE.waiting}
      WHERE state = ${STATE.held} AND time = ? AND user_key = ? AND device = ?`);
  }

  store(identity: Identity, arrival: Arrival, around: Surroundings): Stored {
    const isUnproven = (identity.loose & LOOSE.unproven) !== 0;
    if ((isUnproven || around.unproven) && this.#loose.isKnown(identity)) {
      return { stored: 0, released: this.#release([identity], arrival, around) };
    }
    if (this.#add(identity, arrival)) return { stored: 1, released: 0 };
    return { stored: 0, released: this.#releaseEqual([identity], arrival, around) };
  }

  /**
   * @param alike by `areAlike`, and to the second: the index alone then keeps them apart from each other
   */
  storeAlike(alike: readonly Identity[], arrival: Arrival, around: Surroundings): Stored {
    const isUnproven = ((alike[0]?.loose ?? 0) & LOOSE.unproven) !== 0;
    const unknown = isUnproven || around.unproven ? this.#loose.unknownOf(alike) : alike;
    const wholeBlocks = unknown.length - (unknown.length % BLOCK);
    let stored = 0;
    for (let at = 0; at < wholeBlocks; at += BLOCK) {
      stored += this.#addBlock(unknown.slice(at, at + BLOCK), arrival);
    }
    for (const identity of unknown.slice(wholeBlocks)) if (this.#add(identity, arrival)) stored += 1;
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

  #addBlock(block: readonly Identity[], { device, held, source, receivedAtMs }: Arrival): number {
    const { loose, punch } = block[0]!;
    const state = held ? STATE.held : STATE.waiting;
    const values: Value[] = [device, state, loose, this.#sinkNameOf(punch.deviceSn), source, receivedAtMs];
    if (block.every(isPlain)) {
      for (const { punch, time, userKey } of block) values.push(time, userKey, whole(punch.raw));
      return this.#insertPlainBlock.run(...values).changes;
    }
    for (const { punch, time, userKey } of block) {
      const { status, verify, workCode, suspect, raw } = punch;
      const own = [ownId(punch, userKey), status, verify, whole(workCode), suspect];
      values.push(time, userKey, whole(raw), ...own);
    }
    return this.#insertBlock.run(...values).changes;
  }

  #add({ punch, time, userKey, loose }: Identity, arrival: Arrival): boolean {
    return (
      this.#insert.run(
        time,
        userKey,
        arrival.device,
        arrival.held ? STATE.held : STATE.waiting,
        loose,
        ownId(punch, userKey),
        this.#sinkNameOf(punch.deviceSn),
        punch.status,
        punch.verify,
        whole(punch.workCode),
        punch.suspect,
        arrival.source,
        arrival.receivedAtMs,
        whole(punch.raw),
      ).changes === 1
    );
  }

  /** Frozen with the punch, so that a later change of settings touches only new ones (law 2). */
  #sinkNameOf(sn: string): number | null {
    const name = this.#sinkNames.get(sn);
    return name === undefined || name === sn ? null : this.#labels.idOf(name);
  }
}

/**
 * The library binds a text up to its first NUL byte, and what stands behind it would be gone. Written as the dialects
 * write all control characters (`iclock/raw.ts`) nothing is (law 5), in SQLite, CSV and whatever reads `raw_data`.
 */
function whole<Text extends string | null>(text: Text): Text | string {
  return text?.includes('\0') ? text.replaceAll('\0', '\\x00') : text;
}

function without(all: readonly Identity[], some: readonly Identity[]): Identity[] {
  const left = new Set(some);
  return all.filter((identity) => !left.has(identity));
}

/** As most vendor text logs are: nothing but who, when and the text. Each value that need not be handed over counts. */
function isPlain({ punch, userKey }: Identity): boolean {
  const { status, verify, workCode, suspect } = punch;
  const isBare = status === null && verify === null && workCode === null && suspect === null;
  return isBare && ownId(punch, userKey) === null;
}

/** Null where it is the key itself. */
function ownId({ userId }: Punch, userKey: string): string | null {
  return userId === userKey ? null : userId;
}
