import { type Punch, userKey, wallSeconds } from '../punch.js';
import type { Database, Statement } from './database.js';
import { LOOSE } from './migrations.js';

/** A punch with what decides whether it stands there already. */
export interface Identity {
  readonly punch: Punch;
  readonly time: number;
  readonly userKey: string;
  /** Bits of LOOSE. */
  readonly loose: number;
}

export function identityOf(punch: Punch): Identity {
  return {
    punch,
    time: wallSeconds(punch.time),
    userKey: userKey(punch.userId),
    loose: (punch.proven ? 0 : LOOSE.unproven) | (punch.precision === 'minute' ? LOOSE.minute : 0),
  };
}

type Probe = Statement<unknown>;

const SECONDS_OF_MINUTE = Array.from({ length: 60 }, (_, second) => `?1 + ${second}`).join(', ');

/**
 * Law 2 beyond the unique index: the looks around that an unproven punch needs, or a proven one once unproven ones
 * are stored. Each is one or a few points of the identity index, whatever the number of devices.
 */
export class LooseIdentity {
  readonly #unprovenSecond: Probe;
  readonly #unprovenMinute: Probe;
  readonly #provenSecond: Probe;
  readonly #provenMinute: Probe;

  constructor(db: Database) {
    const at = 'SELECT 1 FROM punch WHERE user_key = ?2 AND time IN';
    // Two ranges of the index; an IN list would be sorted into a table of its own at every call, half as long again.
    const second = 'SELECT 1 FROM punch WHERE (time = ?1 AND user_key = ?2';
    const minute = `OR (time = ?3 AND user_key = ?2 AND loose & ${LOOSE.minute}`;
    this.#unprovenSecond = db.prepare(`${second}) ${minute})`);
    this.#unprovenMinute = db.prepare(`${at} (${SECONDS_OF_MINUTE})`);
    this.#provenSecond = db.prepare(
      `${second} AND loose & ${LOOSE.unproven}) ${minute} AND loose & ${LOOSE.unproven})`,
    );
    this.#provenMinute = db.prepare(`${at} (${SECONDS_OF_MINUTE}) AND loose & ${LOOSE.unproven}`);
  }

  /** True when an equal punch of any device is stored. */
  isKnown({ time, userKey: key, loose }: Identity): boolean {
    const minute = time - (time % 60);
    if (loose & LOOSE.minute) {
      const probe = loose & LOOSE.unproven ? this.#unprovenMinute : this.#provenMinute;
      return probe.get(minute, key) !== undefined;
    }
    const probe = loose & LOOSE.unproven ? this.#unprovenSecond : this.#provenSecond;
    return probe.get(time, key, minute) !== undefined;
  }
}
