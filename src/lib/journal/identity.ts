import { type Punch, userKey, wallSeconds } from '../punch.js';
import type { Database, Statement } from './database.js';
import { LOOSE, STATE } from './migrations.js';

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

/** True when the two differ in nothing that decides how they are looked up: device, proof, precision. */
export function areAlike(a: Punch, b: Punch): boolean {
  return a.deviceSn === b.deviceSn && a.proven === b.proven && a.precision === b.precision;
}

/** One way to look for equals: whether there are any, and letting those wait that are held. */
interface Probe {
  readonly find: Statement<unknown>;
  readonly release: Statement<unknown>;
}

type Neighbour = readonly [time: number, userKey: string, loose: number];

const SECONDS_OF_MINUTE = Array.from({ length: 60 }, (_, second) => `?1 + ${second}`).join(', ');

/** A look at all that is stored around a chunk is worth it up to so many times the chunk. */
const MOST_NEIGHBOURS_PER_PUNCH = 2;

/**
 * Law 2 beyond the unique index: the looks around that an unproven punch needs, or a proven one once unproven ones
 * are stored. Each is one or a few points of the identity index, whatever the number of devices.
 */
export class LooseIdentity {
  readonly #unprovenSecond: Probe;
  readonly #unprovenMinute: Probe;
  readonly #provenSecond: Probe;
  readonly #provenMinute: Probe;
  readonly #around: Statement<Neighbour>;

  constructor(db: Database) {
    const probe = (equals: string): Probe => ({
      find: db.prepare(`SELECT 1 FROM punch WHERE ${equals}`),
      release: db.prepare(
        `UPDATE punch SET state = ${STATE.waiting} WHERE state = ${STATE.held} AND (${equals})`,
      ),
    });
    const at = 'user_key = ?2 AND time IN';
    // Two ranges of the index; an IN list would be sorted into a table of its own at every call, half as long again.
    const second = '(time = ?1 AND user_key = ?2';
    const minute = `OR (time = ?3 AND user_key = ?2 AND loose & ${LOOSE.minute}`;
    this.#unprovenSecond = probe(`${second}) ${minute})`);
    this.#unprovenMinute = probe(`${at} (${SECONDS_OF_MINUTE})`);
    this.#provenSecond = probe(
      `${second} AND loose & ${LOOSE.unproven}) ${minute} AND loose & ${LOOSE.unproven})`,
    );
    this.#provenMinute = probe(`${at} (${SECONDS_OF_MINUTE}) AND loose & ${LOOSE.unproven}`);
    this.#around = db.prepareArrays(
      'SELECT time, user_key, loose FROM punch WHERE time BETWEEN ? AND ? LIMIT ?',
    );
  }

  /**
   * Those that `isKnown` denies. One look at all that is stored around them: of a file that grows that is next to
   * nothing, of one that is read again about as much as is asked about. Where it would be more, each is looked up.
   * @param alike by `areAlike`, and to the second
   */
  unknownOf(alike: readonly Identity[]): readonly Identity[] {
    const [first] = alike;
    if (!first) return alike;
    const { from, to } = spanOf(alike);
    const most = alike.length * MOST_NEIGHBOURS_PER_PUNCH;
    const stored = this.#around.all(minuteOf(from), to, most + 1);
    if (stored.length === 0) return alike;
    if (stored.length > most) return alike.filter((identity) => !this.isKnown(identity));
    const isUnproven = (first.loose & LOOSE.unproven) !== 0;
    const seconds = new Set<string>();
    const minutes = new Set<string>();
    for (const [time, user, loose] of stored) {
      // A proven punch can only be the same as an unproven one; its own equals are the index's matter.
      if (!isUnproven && !(loose & LOOSE.unproven)) continue;
      seconds.add(`${time} ${user}`);
      if (loose & LOOSE.minute) minutes.add(`${time} ${user}`);
    }
    return alike.filter(
      ({ time, userKey: user }) =>
        !seconds.has(`${time} ${user}`) && !minutes.has(`${minuteOf(time)} ${user}`),
    );
  }

  /** True when an equal punch of any device is stored. */
  isKnown(identity: Identity): boolean {
    return this.#probeOf(identity).find.get(...placeOf(identity)) !== undefined;
  }

  /** Lets the equals of a punch that is not held itself wait, and returns how many were held. */
  release(identity: Identity): number {
    return this.#probeOf(identity).release.run(...placeOf(identity)).changes;
  }

  #probeOf({ loose }: Identity): Probe {
    if (loose & LOOSE.minute) return loose & LOOSE.unproven ? this.#unprovenMinute : this.#provenMinute;
    return loose & LOOSE.unproven ? this.#unprovenSecond : this.#provenSecond;
  }
}

/** What a probe is asked with. */
function placeOf({ time, userKey: key, loose }: Identity): (number | string)[] {
  return loose & LOOSE.minute ? [minuteOf(time), key] : [time, key, minuteOf(time)];
}

export function spanOf(identities: readonly Identity[]): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { time } of identities) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return { from, to };
}

function minuteOf(time: number): number {
  return time - (time % 60);
}
