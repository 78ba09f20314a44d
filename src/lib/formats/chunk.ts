import { isUserId, type Punch, suspicionOf } from '../punch.js';
import type { Moment } from './dates.js';
import type { Device } from './device.js';
import {
  CHUNK_PUNCHES,
  type FileChunk,
  type FileDuplicate,
  type FilePunch,
  type FileReject,
  type FileRemark,
  type FileSkip,
  type PendingTail,
  type RejectReason,
  type ResumePoint,
  type SkipReason,
} from './format.js';

/** What a row proves beside user and time; what it leaves out is null. */
export interface PunchDetails {
  readonly device: Device;
  readonly status?: number | null;
  readonly verify?: number | null;
  readonly workCode?: string | null;
}

/** Where a row ends, and with it a chunk that is full. */
export interface ChunkEnd {
  readonly checkpoint: ResumePoint;
  readonly last: boolean;
  readonly pendingTail?: PendingTail | null;
}

/** What every way out of a row returns, so that the compiler sees when a row has none (law 3). */
export type Handled = typeof HANDLED;
const HANDLED = { handled: true } as const;

/** A chunk also ends when it has come this far, so that progress is kept through files of no punches. */
const CHUNK_UNITS = 5000;
const CHUNK_CHARACTERS = 1_048_576;

/**
 * Collects what rows turn out to be. Every unit of the file goes through exactly one of `punch`, `duplicate`,
 * `reject` and `skip` (law 3); `open` names the row they belong to.
 */
export class ChunkBuilder {
  readonly #wallNow: string;
  #punches: FilePunch[] = [];
  #duplicates: FileDuplicate[] = [];
  #rejected: FileReject[] = [];
  #skipped: FileSkip[] = [];
  #remarks: FileRemark[] = [];
  #characters = 0;
  #line = 0;
  #row = '';
  #fields = 0;
  #measure: number | null = null;

  constructor(wallNow: string) {
    this.#wallNow = wallNow;
  }

  open(line: number, row: string): void {
    this.#line = line;
    this.#row = row;
    this.#fields = 0;
    this.#characters += row.length;
  }

  /** How many fields the open row has: the measure for an unended last line. */
  set fields(count: number) {
    this.#fields = count;
  }

  /** How complete the last punch's row was, whether or not its chunk was taken; null before the first one. */
  get measure(): number | null {
    return this.#measure;
  }

  /** @param userId as the source has it; a row whose user is missing, zero or no user id is rejected here */
  punch(userId: string, moment: Moment, details: PunchDetails): Handled {
    const fault = userIdFault(userId);
    if (fault !== null) return this.reject(fault);
    const { deviceSn, proven } = details.device;
    // A time that was cut short loses its seconds first.
    this.#measure = this.#fields * 2 + (moment.precision === 'second' ? 1 : 0);
    this.#punches.push({
      deviceSn,
      userId,
      time: moment.wall.time,
      status: details.status ?? null,
      verify: details.verify ?? null,
      workCode: details.workCode || null,
      raw: this.#row,
      suspect: this.#suspicion(moment),
      proven,
      precision: moment.precision,
      line: this.#line,
    });
    return HANDLED;
  }

  duplicate(userId: string, moment: Moment): Handled {
    this.#duplicates.push({ line: this.#line, userId, time: moment.wall.time });
    return HANDLED;
  }

  /** @param text the cell at fault, where only a cell is refused */
  reject(reason: RejectReason, text = this.#row): Handled {
    this.#rejected.push({ line: this.#line, reason, text, row: this.#row });
    return HANDLED;
  }

  skip(reason: SkipReason): Handled {
    this.#skipped.push({ line: this.#line, reason });
    return HANDLED;
  }

  remark(code: FileRemark['code'], text: string): void {
    this.#remarks.push({ code, text });
  }

  get isFull(): boolean {
    return (
      this.#punches.length >= CHUNK_PUNCHES ||
      this.#characters >= CHUNK_CHARACTERS ||
      this.#rejected.length + this.#skipped.length + this.#duplicates.length >= CHUNK_UNITS
    );
  }

  /** The chunk so far; the builder begins the next one. */
  take(end: ChunkEnd): FileChunk {
    const chunk: FileChunk = {
      punches: this.#punches,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      skipped: this.#skipped,
      checkpoint: end.checkpoint,
      remarks: this.#remarks,
      pendingTail: end.pendingTail ?? null,
      last: end.last,
    };
    this.#punches = [];
    this.#duplicates = [];
    this.#rejected = [];
    this.#skipped = [];
    this.#remarks = [];
    this.#characters = 0;
    return chunk;
  }

  #suspicion({ wall }: Moment): Punch['suspect'] {
    // Most punches are neither; comparing text spares them the calendar.
    if (!wall.buddhistYear && wall.time >= '2020' && wall.time <= this.#wallNow) return null;
    return suspicionOf(wall, this.#wallNow);
  }
}

/** Neighbours, at least one of them, as one. */
export function joinChunks(chunks: readonly FileChunk[]): FileChunk {
  const last = chunks[chunks.length - 1]!;
  if (chunks.length === 1) return last;
  const all = <Part>(partsOf: (chunk: FileChunk) => readonly Part[]): readonly Part[] =>
    ([] as Part[]).concat(...chunks.map(partsOf));
  return {
    punches: all((chunk) => chunk.punches),
    duplicates: all((chunk) => chunk.duplicates),
    rejected: all((chunk) => chunk.rejected),
    skipped: all((chunk) => chunk.skipped),
    remarks: all((chunk) => chunk.remarks),
    checkpoint: last.checkpoint,
    pendingTail: last.pendingTail,
    last: last.last,
  };
}

/** What nearly all ids are, found out in one step. */
const USUAL_ID = /^[1-9]\d{0,9}$/;

/** User 0 is a door or a device, not a person. */
export function userIdFault(userId: string): RejectReason | null {
  if (USUAL_ID.test(userId)) return null;
  if (userId === '') return 'user-id-missing';
  if (/^0+$/.test(userId)) return 'user-id-zero';
  return isUserId(userId) ? null : 'user-id-invalid';
}
