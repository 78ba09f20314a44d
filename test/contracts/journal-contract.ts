import { describe } from 'vitest';
import type { Journal } from '../../src/lib/journal/journal.js';
import { describeDelivery } from './journal/delivery.js';
import { describeDevices } from './journal/devices.js';
import { describeIdentity } from './journal/identity.js';
import { describeIntake } from './journal/intake.js';
import { describeListing } from './journal/listing.js';
import type { OpenForTest } from './journal/samples.js';

export { entry, type JournalSetup, type OpenForTest, punch, unproven } from './journal/samples.js';
export type { Journal };

/** What any journal must do; run against the real one and against every fake. */
export function describeJournal(name: string, open: OpenForTest): void {
  describe(name, () => {
    describeIntake(open);
    describeIdentity(open);
    describeListing(open);
    describeDelivery(open);
    describeDevices(open);
  });
}
