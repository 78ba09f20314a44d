import type { DeviceState, PendingCommand } from '../dialects/dialect.js';
import type { Log } from '../log.js';
import { AppendQueue } from './append-queue.js';
import { backupTo } from './backup.js';
import { Checkpoints } from './checkpoints.js';
import { ClockCollisions } from './clock-collisions.js';
import { CommandQueue } from './command-queue.js';
import type { Database } from './database.js';
import { Delivery } from './delivery.js';
import { DeviceList } from './device-list.js';
import { DeviceRegistry } from './device-registry.js';
import { EntryWriter } from './entry-writer.js';
import { unavailable } from './failure.js';
import { FreshPunches } from './fresh.js';
import type {
  AppendResult,
  Checkpoint,
  CommandRecord,
  DeviceRecord,
  Journal,
  JournalEntry,
  JournalNotice,
  JournalTotals,
  JournalUnavailable,
  NewCommand,
  PunchFilter,
  QuarantineContent,
  QuarantineItem,
  StoredPunch,
  TimeRange,
  Verdicts,
  WaitingPunch,
} from './journal.js';
import { Labels } from './labels.js';
import { addNotice, dismissNotices, openNotices } from './notices.js';
import { Pruner } from './prune.js';
import { PunchStore } from './punch-store.js';
import { Quarantine } from './quarantine.js';
import { findPunches } from './queries.js';
import { Sightings } from './sightings.js';
import { raiseSuspicion } from './soundness.js';
import { Strangers } from './strangers.js';
import { Tally } from './tally.js';
import { Writer } from './writer.js';

export interface JournalSettings {
  readonly log: Log;
  readonly clock: () => Date;
  /** Per serial number: the name that goes into the sink's device column. */
  readonly sinkNames: ReadonlyMap<string, string>;
  readonly quarantineMaxBytes: number;
  /** For bulk work beside a listener: leaves the journal to others for as long as it kept it. */
  readonly background: boolean;
  /** Told once when damage is met: only opening anew can help, so let the process fail and be started again. */
  readonly onDamage: (error: JournalUnavailable) => void;
}

/** The journal on SQLite: wires its parts to one connection; each part says in its own file what it does. */
export class SqliteJournal implements Journal {
  readonly path: string;
  readonly #db: Database;
  readonly #settings: JournalSettings;
  readonly #tally: Tally;
  readonly #devices: DeviceRegistry;
  readonly #deviceList: DeviceList;
  readonly #commands: CommandQueue;
  readonly #quarantine: Quarantine;
  readonly #checkpoints: Checkpoints;
  readonly #writer: Writer;
  readonly #delivery: Delivery;
  readonly #pruner: Pruner;
  readonly #queue: AppendQueue;
  readonly #sightings: Sightings;
  readonly #strangers: Strangers;
  readonly #release: () => void;

  /** @param release called last when the journal is closed */
  constructor(db: Database, settings: JournalSettings, release: () => void) {
    const { log, sinkNames, quarantineMaxBytes, background, onDamage } = settings;
    const labels = new Labels(db);
    const fresh = new FreshPunches();
    this.path = db.file;
    this.#db = db;
    this.#settings = settings;
    this.#release = release;
    this.#tally = new Tally(db);
    this.#devices = new DeviceRegistry(db);
    this.#deviceList = new DeviceList(db);
    this.#commands = new CommandQueue(db);
    this.#quarantine = new Quarantine(db, quarantineMaxBytes);
    this.#checkpoints = new Checkpoints(db);
    this.#writer = new Writer(db, this.#tally, {
      devices: this.#devices,
      commands: this.#commands,
      labels,
      fresh,
    });
    this.#delivery = new Delivery({ db, writer: this.#writer, tally: this.#tally, fresh });
    this.#pruner = new Pruner(db, this.#writer, this.#deviceList);
    this.#sightings = new Sightings(this.#devices, this.#writer);
    this.#strangers = new Strangers({
      db,
      writer: this.#writer,
      devices: this.#devices,
      deviceList: this.#deviceList,
      commands: this.#commands,
    });
    const entries = new EntryWriter({
      devices: this.#devices,
      deviceList: this.#deviceList,
      labels,
      punches: new PunchStore({ db, labels, sinkNames, fresh }),
      collisions: new ClockCollisions(db),
      quarantine: this.#quarantine,
      commands: this.#commands,
      checkpoints: this.#checkpoints,
    });
    this.#queue = new AppendQueue({
      writer: this.#writer,
      entries,
      sightings: this.#sightings,
      background,
      onBadEntry: (error, entry) =>
        log.error({ err: error, source: entry.source }, 'An entry cannot be stored'),
    });
    db.onDamage((error) => {
      raiseSuspicion(db.file);
      onDamage(unavailable('damaged', error));
    });
    this.#writer.look();
  }

  append(entry: JournalEntry): Promise<AppendResult> {
    this.#strangers.noticed();
    return this.#queue.append(entry);
  }

  deviceDialect(sn: string): string | null {
    this.#writer.look();
    return this.#devices.dialect(sn);
  }

  deviceState(sn: string): DeviceState | undefined {
    this.#writer.look();
    return this.#devices.state(sn);
  }

  pendingCommands(sn: string): readonly PendingCommand[] {
    this.#writer.look();
    return this.#commands.pending(sn, this.#nowMs());
  }

  take(limit: number, afterKey = 0): readonly WaitingPunch[] {
    return this.#db.read(() => this.#delivery.take(limit, afterKey));
  }

  newestKey(): number {
    return this.#db.read(() => this.#delivery.newestKey());
  }

  settle(verdicts: Verdicts): void {
    this.#delivery.settle(verdicts, this.#nowMs());
  }

  totals(): JournalTotals {
    return this.#db.read(() => this.#tally.totals());
  }

  punches(filter: PunchFilter): Iterable<StoredPunch> {
    return findPunches(this.#db, filter);
  }

  retryRejected(): Promise<number> {
    return this.#delivery.retryRejected();
  }

  redeliver(range: TimeRange): Promise<number> {
    return this.#delivery.redeliver(range);
  }

  devices(): readonly DeviceRecord[] {
    this.#sightings.save();
    return this.#db.read(() => this.#deviceList.list());
  }

  async approveDevice(sn: string): Promise<boolean> {
    const id = this.#writer.write(() => this.#devices.approve(sn));
    if (id !== null) await this.#delivery.release(id);
    return id !== null;
  }

  renameDevice(sn: string, name: string | null): boolean {
    return this.#writer.write(() => this.#devices.rename(sn, name));
  }

  forgetDevice(sn: string): boolean {
    return this.#writer.write(() => {
      if (!this.#devices.remove(sn)) return false;
      this.#commands.removeOf([sn]);
      return true;
    });
  }

  enqueueCommand(command: NewCommand): string {
    return this.#writer.write(() => this.#commands.enqueue(command, this.#nowMs()));
  }

  commands(sn?: string): readonly CommandRecord[] {
    return this.#db.read(() => this.#commands.list(sn, this.#nowMs()));
  }

  cancelCommand(id: string): boolean {
    return this.#writer.write(() => this.#commands.cancel(id, this.#nowMs()));
  }

  quarantine(): readonly QuarantineItem[] {
    return this.#db.read(() => this.#quarantine.list());
  }

  quarantineItem(id: number): QuarantineContent | undefined {
    return this.#db.read(() => this.#quarantine.find(id));
  }

  discardQuarantine(ids: readonly number[]): number {
    return this.#writer.write((change) => this.#quarantine.discard(ids, change));
  }

  checkpoint(file: string): Checkpoint | undefined {
    return this.#db.read(() => this.#checkpoints.find(file));
  }

  prune(before: Date, limit: number): number {
    return this.#db.read(() => this.#pruner.prune(before.getTime(), limit));
  }

  notices(): readonly JournalNotice[] {
    return this.#db.read(() => openNotices(this.#db));
  }

  addNotice({ code, message }: Pick<JournalNotice, 'code' | 'message'>): void {
    const at = this.#settings.clock();
    this.#writer.write(() => {
      dismissNotices(this.#db, at.getTime(), code);
      addNotice(this.#db, { at, code, message });
    });
  }

  dismissNotices(code?: string): readonly JournalNotice[] {
    return this.#writer.write(() => dismissNotices(this.#db, this.#nowMs(), code));
  }

  backup(file: string): Promise<void> {
    return backupTo(file, this.path);
  }

  close(): void {
    this.#queue.close();
    this.#strangers.close();
    this.#sightings.close();
    this.#db.close();
    this.#release();
  }

  #nowMs(): number {
    return this.#settings.clock().getTime();
  }
}
