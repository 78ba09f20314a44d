import type { CommandQueue } from './command-queue.js';
import type { Database, Statement } from './database.js';
import type { DeviceList } from './device-list.js';
import type { DeviceRegistry } from './device-registry.js';
import { reasonOf } from './failure.js';
import type { Writer } from './writer.js';

/**
 * A stranger only calls: it never brought a punch, and no person approved or named it. A new terminal is one until its
 * first punch; made-up serial numbers are all others. So many are remembered, those heard last: as many as may hold a
 * connection at once, so that a site of new terminals is never mistaken for a flood.
 */
export const MOST_STRANGERS = 12_000;
/** New devices between two looks; a look costs some ten milliseconds. */
const LOOK_EVERY = 1_000;
/** Gathers what a flood brings meanwhile, and keeps the look out of the way of answers. */
const LOOK_AFTER_MS = 1_000;

export interface StrangersParts {
  readonly db: Database;
  readonly writer: Writer;
  readonly devices: DeviceRegistry;
  readonly deviceList: DeviceList;
  readonly commands: CommandQueue;
}

/** Keeps the registry from growing with serial numbers that anybody on the network can make up. */
export class Strangers {
  readonly #parts: StrangersParts;
  readonly #remove: Statement<{ readonly sn: string }>;
  #timer: NodeJS.Timeout | null = null;
  #addedAtLook = 0;

  constructor(parts: StrangersParts) {
    this.#parts = parts;
    this.#remove = parts.db.prepare(`DELETE FROM device WHERE id IN (
      SELECT id FROM device WHERE known AND NOT approved AND name IS NULL AND punches = 0 AND last_punch_at IS NULL
      ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET ${MOST_STRANGERS}) RETURNING sn`);
  }

  /** A device may have been added. */
  noticed(): void {
    if (this.#parts.devices.added - this.#addedAtLook < LOOK_EVERY) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.forget();
    }, LOOK_AFTER_MS).unref();
  }

  /** Those heard longest ago; should one call again, it is new. */
  forget(): void {
    const { db, writer, devices, deviceList, commands } = this.#parts;
    const { added } = devices;
    try {
      db.withoutReferences(() =>
        writer.writeAtOnce(() => {
          devices.saveSightings();
          // From here on the rows know of every punch that is stored: nothing refers to those that have none.
          deviceList.count();
          const forgotten = this.#remove.all().map(({ sn }) => sn);
          if (forgotten.length === 0) return;
          devices.removed(forgotten);
          commands.removeOf(forgotten);
        }),
      );
      this.#addedAtLook = added;
    } catch (error) {
      // Somebody else is writing, or the disk fails, which whoever appends is told: at the next new device again.
      if (reasonOf(error) === null) throw error;
    }
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
