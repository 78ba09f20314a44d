import { wallSeconds, wallText } from '../punch.js';
import type { SimulatedPunch } from './device.js';

/** What a seed makes: always the same devices, users and times, so that a run can be repeated and compared. */
export interface PunchSource {
  /** Serial numbers, `SIM` and ten digits. */
  readonly sns: readonly string[];
  /** The `index`-th punch of device number `device`; two different ones are never the same punch. */
  punch(device: number, index: number): SimulatedPunch;
}

export interface PunchSourceSettings {
  readonly seed: number;
  readonly devices: number;
  /** Wall clock of the first punches, `YYYY-MM-DD HH:MM:SS`. */
  readonly startAt: string;
}

/** A device's punches lie this far apart, plus less than as much again: their times never meet. */
const STEP_S = 4;
const USERS = 400;
/** Mostly in and out, now and then a break; 255 is a terminal whose state keys nobody touches. */
const STATUSES = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 255] as const;
const VERIFIES = [1, 1, 1, 15, 15, 4, 3, 25] as const;

/** How long the punches of a run reach on a device's clock, at most. */
export function spanSeconds(punchesPerDevice: number): number {
  return (punchesPerDevice + 1) * STEP_S;
}

export function createPunchSource({ seed, devices, startAt }: PunchSourceSettings): PunchSource {
  const first = wallSeconds(startAt);
  const prefix = `SIM${String(Math.abs(seed) % 1_000_000).padStart(6, '0')}`;
  const sns = Array.from({ length: devices }, (_, i) => `${prefix}${String(i + 1).padStart(4, '0')}`);
  return {
    sns,
    punch: (device, index) => {
      const dice = scramble(seed ^ scramble(device + 1) ^ scramble(index * 2 + 1));
      return {
        deviceSn: sns[device]!,
        userId: userId(1 + (dice % USERS)),
        time: wallText(first + index * STEP_S + ((dice >>> 10) % STEP_S)),
        status: STATUSES[(dice >>> 14) % STATUSES.length]!,
        verify: VERIFIES[(dice >>> 20) % VERIFIES.length]!,
      };
    },
  };
}

/** Numbers, numbers with leading zeros, and the letters that some terminals allow (adms.md section 8.1). */
function userId(number: number): string {
  if (number % 20 === 0) return String(number).padStart(6, '0');
  return number % 50 === 7 ? `${number}_${number * 3}` : String(1_000 + number);
}

/** The finaliser of MurmurHash3: neighbouring numbers become unlike ones. */
function scramble(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
