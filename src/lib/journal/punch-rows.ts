import type { Punch } from '../punch.js';
import type { Database, Statement, Value } from './database.js';
import type { Identity } from './identity.js';
import type { Labels } from './labels.js';
import { STATE } from './migrations.js';

/** What punches of one arrival share. */
export interface Arrival {
  readonly device: number;
  /** `label.id` of the source. */
  readonly source: number;
  readonly receivedAtMs: number;
  readonly held: boolean;
  /** Of an import, which is delivered while it is read. */
  readonly isImport: boolean;
}

export interface Added {
  /** Rows that no equal one kept out. */
  readonly changes: number;
  /** Of the last of them; without gaps where all were added. */
  readonly lastKey: number;
}

/** Rows of one statement: the price of the call and of what they share is then paid once. */
export const BLOCK = 100;

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

export interface PunchRowsParts {
  readonly db: Database;
  readonly labels: Labels;
  /** Per serial number: the name that goes into the sink's device column. */
  readonly sinkNames: ReadonlyMap<string, string>;
}

/** Puts punches into the table, unless an equal one of the same device stands there. */
export class PunchRows {
  readonly #labels: Labels;
  readonly #sinkNames: ReadonlyMap<string, string>;
  readonly #insert: Statement;
  readonly #insertBlock: Statement;
  readonly #insertPlainBlock: Statement;

  constructor({ db, labels, sinkNames }: PunchRowsParts) {
    this.#labels = labels;
    this.#sinkNames = sinkNames;
    const all = [...OWN, ...SHARED];
    this.#insert = db.prepare(
      `INSERT INTO punch (${all.join(', ')}) VALUES ${placesFor(all)} ON CONFLICT DO NOTHING`,
    );
    this.#insertBlock = db.prepare(blockOf(OWN, SHARED));
    this.#insertPlainBlock = db.prepare(blockOf(PLAIN_OWN, SHARED));
  }

  add(identity: Identity, arrival: Arrival): Added {
    return addedBy(this.#insert.run(...ownOf(identity), ...this.#sharedOf(identity, arrival)));
  }

  /** @param block of `BLOCK` punches, alike by `areAlike` */
  addBlock(block: readonly Identity[], arrival: Arrival): Added {
    const values = this.#sharedOf(block[0]!, arrival);
    if (block.every(isPlain)) {
      for (const { punch, time, userKey } of block) values.push(time, userKey, whole(punch.raw));
      return addedBy(this.#insertPlainBlock.run(...values));
    }
    for (const identity of block) values.push(...ownOf(identity));
    return addedBy(this.#insertBlock.run(...values));
  }

  /** In the order of `SHARED`. */
  #sharedOf({ punch, loose }: Identity, { device, held, source, receivedAtMs }: Arrival): Value[] {
    const state = held ? STATE.held : STATE.waiting;
    return [device, state, loose, this.#sinkNameOf(punch.deviceSn), source, receivedAtMs];
  }

  /** Frozen with the punch, so that a later change of settings touches only new ones (law 2). */
  #sinkNameOf(sn: string): number | null {
    const name = this.#sinkNames.get(sn);
    return name === undefined || name === sn ? null : this.#labels.idOf(name);
  }
}

function addedBy({ changes, lastInsertRowid }: ReturnType<Statement['run']>): Added {
  return { changes, lastKey: Number(lastInsertRowid) };
}

/** In the order of `OWN`. */
function ownOf({ punch, time, userKey }: Identity): Value[] {
  const { status, verify, workCode, suspect, raw } = punch;
  return [time, userKey, whole(raw), ownId(punch, userKey), status, verify, whole(workCode), suspect];
}

/**
 * The library binds a text up to its first NUL byte, and what stands behind it would be gone. Written as the dialects
 * write all control characters (`iclock/raw.ts`) nothing is (law 5), in SQLite, CSV and whatever reads `raw_data`.
 */
export function whole<Text extends string | null>(text: Text): Text | string {
  return text?.includes('\0') ? text.replaceAll('\0', '\\x00') : text;
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
