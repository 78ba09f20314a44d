import { HipError, messageOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import { type Backend, isCertificateFault } from './backend.js';
import type { SavedCase } from './case-read.js';
import type { PlainReply } from './explained.js';
import { compareReplies, isCommand } from './replay-compare.js';
import { ReplayLine } from './replay-line.js';

/** Plays saved requests again, in their order, and compares the answers with those of `hip serve`. */
export interface ReplayParts {
  readonly cases: readonly SavedCase[];
  readonly target: Backend;
  readonly clock: Clock;
  /** False keeps the times between requests as they were. */
  readonly fast: boolean;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** Called before each request: sets the clock of a target that is ours. */
  readonly before?: (saved: SavedCase) => void;
  readonly played?: (outcome: CaseOutcome) => void;
}

export interface CaseOutcome {
  readonly name: string;
  /**
   * `command`: where a poll found nothing to do, the target hands out a command; that is its own business.
   * `not compared`: the folder has no serve-reply.json.
   */
  readonly result: 'same' | 'different' | 'command' | 'not compared';
  /** What is different, one line each. */
  readonly differences: readonly string[];
}

export interface ReplayReport {
  readonly target: string;
  readonly cases: number;
  readonly same: number;
  readonly commands: number;
  readonly notCompared: number;
  readonly different: readonly CaseOutcome[];
}

/** @throws {HipError} HIP_TARGET_UNREACHABLE when no connection can be made */
export async function replay(parts: ReplayParts): Promise<ReplayReport> {
  const lines = new Lines(parts);
  const outcomes: CaseOutcome[] = [];
  try {
    for (const [i, saved] of parts.cases.entries()) {
      await keepPace(parts, parts.cases[i - 1], saved);
      parts.before?.(saved);
      const outcome = judge(saved, await lines.exchange(saved));
      outcomes.push(outcome);
      parts.played?.(outcome);
    }
  } finally {
    lines.close();
  }
  const count = (result: CaseOutcome['result']): number =>
    outcomes.filter((one) => one.result === result).length;
  return {
    target: parts.target.name,
    cases: outcomes.length,
    same: count('same'),
    commands: count('command'),
    notCompared: count('not compared'),
    different: outcomes.filter(({ result }) => result === 'different'),
  };
}

function judge({ name, serveReply }: SavedCase, got: PlainReply | null): CaseOutcome {
  if (serveReply === null) return { name, result: 'not compared', differences: [] };
  const expected = serveReply === 'closed' ? null : serveReply;
  const differences = compareReplies(expected, got);
  if (differences.length === 0) return { name, result: 'same', differences };
  return { name, result: isCommand(expected, got) ? 'command' : 'different', differences };
}

/** A case without a time follows at once. */
function keepPace(
  { clock, fast }: ReplayParts,
  before: SavedCase | undefined,
  saved: SavedCase,
): Promise<void> {
  const pauseMs = before?.timing && saved.timing ? saved.timing.requestAtMs - before.timing.requestAtMs : 0;
  if (fast || pauseMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    clock.after(pauseMs, resolve);
  });
}

/** 411: hip serve refused it because its end never came. */
function exchange(line: ReplayLine, { request, raw, serveReply }: SavedCase): Promise<PlainReply | null> {
  const isOpen = serveReply !== 'closed' && serveReply?.status === 411;
  return line.exchange({ request, raw, isOpen });
}

/** Connections as they were captured: requests of one share one, unless the target has closed it. */
class Lines {
  readonly #parts: ReplayParts;
  readonly #open = new Map<number, ReplayLine>();
  readonly #last = new Map<number, SavedCase>();

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    for (const saved of parts.cases) if (saved.timing) this.#last.set(saved.timing.connection, saved);
  }

  async exchange(saved: SavedCase): Promise<PlainReply | null> {
    const id = saved.timing?.connection;
    const kept = id === undefined ? undefined : this.#open.get(id);
    if (kept?.isOpen) {
      const reply = await exchange(kept, saved);
      // The target may have closed a connection that stood idle, just when it was used again.
      if (reply !== null || saved.serveReply === 'closed') return this.#done(saved, kept, reply);
    }
    kept?.close();
    const line = await this.#connect();
    return this.#done(saved, line, await exchange(line, saved));
  }

  close(): void {
    for (const line of this.#open.values()) line.close();
  }

  #done(saved: SavedCase, line: ReplayLine, reply: PlainReply | null): PlainReply | null {
    const id = saved.timing?.connection;
    const isNeeded = id !== undefined && this.#last.get(id) !== saved && line.isOpen;
    if (isNeeded) this.#open.set(id, line);
    else {
      line.close();
      if (id !== undefined) this.#open.delete(id);
    }
    return reply;
  }

  async #connect(): Promise<ReplayLine> {
    const { target, clock, timeoutMs } = this.#parts;
    try {
      return await ReplayLine.connect(target.connect(), { clock, timeoutMs });
    } catch (error) {
      throw new HipError('HIP_TARGET_UNREACHABLE', `Can't connect to ${target.name}: ${messageOf(error)}.`, {
        suggestions: isCertificateFault(error)
          ? ['If you know the target, take its certificate as it is with --insecure']
          : ['Start the target, and check address and port in --target'],
        cause: error,
      });
    }
  }
}
