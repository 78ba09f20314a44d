import type { Journal, WaitingPunch } from '../journal/journal.js';
import type { Rejection, Sink, SinkFault } from '../sinks/sink.js';
import { faultOf } from './fault.js';
import type { Run } from './run.js';

/** What one take, split into batches written side by side, came to. */
export interface Round {
  readonly delivered: number;
  /** New rows among the delivered; rows of a target that can't tell are not counted. */
  readonly inserted: number;
  readonly rejected: readonly Rejection[];
  readonly kept: number;
  /** Why whole batches were kept; null when none was. */
  readonly fault: SinkFault | null;
}

export interface RoundParts {
  readonly journal: Pick<Journal, 'settle'>;
  readonly sink: Pick<Sink, 'target' | 'write'>;
  readonly run: Run;
}

/**
 * Writes the batches at the same time and settles each as soon as its verdicts are in: what a kill in between loses
 * is only the note that they were delivered, and the repeat changes nothing in the target.
 *
 * @throws what a batch threw other than a fault, after all the others were settled
 */
export async function deliverRound(
  parts: RoundParts,
  batches: readonly (readonly WaitingPunch[])[],
): Promise<Round> {
  const outcomes = await Promise.allSettled(batches.map((batch) => deliverBatch(parts, batch)));
  const rounds = outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    throw outcome.reason;
  });
  return {
    delivered: rounds.reduce((sum, round) => sum + round.delivered, 0),
    inserted: rounds.reduce((sum, round) => sum + round.inserted, 0),
    rejected: rounds.flatMap((round) => round.rejected),
    kept: rounds.reduce((sum, round) => sum + round.kept, 0),
    fault: rounds.find((round) => round.fault !== null)?.fault ?? null,
  };
}

/** Oldest first, at most `rows` in each. */
export function splitBatches(
  punches: readonly WaitingPunch[],
  rows: number,
): readonly (readonly WaitingPunch[])[] {
  const batches: (readonly WaitingPunch[])[] = [];
  for (let i = 0; i < punches.length; i += rows) batches.push(punches.slice(i, i + rows));
  return batches;
}

async function deliverBatch(parts: RoundParts, batch: readonly WaitingPunch[]): Promise<Round> {
  try {
    const { accepted, inserted, rejected } = await parts.sink.write(batch);
    // An abandoned run has given its lock back and its journal may be closed.
    if (!parts.run.abandoned && accepted.length + rejected.length > 0) {
      parts.journal.settle({ target: parts.sink.target, accepted, rejected });
    }
    const kept = batch.length - accepted.length - rejected.length;
    return { delivered: accepted.length, inserted: inserted ?? 0, rejected, kept, fault: null };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null) throw error;
    return { delivered: 0, inserted: 0, rejected: [], kept: batch.length, fault };
  }
}
