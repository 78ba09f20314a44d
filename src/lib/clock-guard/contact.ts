import type { DialectContext, Reading } from '../dialects/dialect.js';

/** A request that names its device, read but not stored yet. */
export interface Contact {
  readonly sn: string;
  readonly dialect: string;
  readonly reading: Reading;
  readonly context: DialectContext;
}

/** What is to be stored with the contact. */
export interface ContactNotes {
  readonly facts: Readonly<Record<string, string>>;
  /** The stretch that the device's clock ran wrong in; null when it never fell back. */
  readonly clockReset: ClockReset | null;
}

/** A clock that fell back to its factory date runs on from there, until somebody sets it. */
export interface ClockReset {
  /** Punches that arrived before are of an earlier stretch, or of a right clock. */
  readonly since: Date;
  /** Device time, inclusive: what the clock showed meanwhile. */
  readonly from: string;
  readonly to: string;
}
