import type { Writable } from 'node:stream';
import { countOf } from '../../count.js';
import type { Explained, ExplainedNotice } from '../../sniff/explained.js';

/**
 * Shows what passes to whoever reads, and waits for nobody: where a pipe is read too slowly, or not at all, some of it
 * is left out, so that memory stays flat while capture and answers go on.
 *
 *   flowing -> stuck    (too much waits in the stream: from now on nothing is put there)
 *   stuck   -> flowing  (the reader has taken all that waited; how many exchanges were left out is told behind it)
 *
 * Files and terminals take each write at once: of them nothing ever waits. Neither does it of a pipe on Windows, where
 * Node writes before it does anything else: there all stands still until somebody reads.
 */
export interface LiveView {
  show(explained: Explained): void;
  /** Tells what was left out so far, before the last words. */
  settle(): void;
}

export interface LiveViewParts {
  readonly stream: Pick<Writable, 'writableLength' | 'once'>;
  /** Writes to the stream. */
  readonly show: (explained: Explained) => void;
  readonly nowMs: () => number;
}

/** More than readers that do read ever leave waiting, with blocks of a MiB, too; one block more may follow it. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;

export function createLiveView({ stream, show, nowMs }: LiveViewParts): LiveView {
  let isStuck = false;
  let left = { exchanges: 0, others: 0 };
  const settle = (): void => {
    isStuck = false;
    if (left.exchanges + left.others > 0) show(noticeOf(left, nowMs()));
    left = { exchanges: 0, others: 0 };
  };
  return {
    show(explained) {
      if (isStuck) {
        if (explained.kind === 'exchange') left.exchanges += 1;
        else if (explained.kind !== 'end' || explained.sentence !== null) left.others += 1;
        return;
      }
      show(explained);
      if (stream.writableLength <= MAX_WAITING_CHARACTERS) return;
      isStuck = true;
      stream.once('drain', settle);
    },
    settle,
  };
}

function noticeOf(
  { exchanges, others }: { readonly exchanges: number; readonly others: number },
  atMs: number,
): ExplainedNotice {
  const more = others === 0 ? '' : ` and ${countOf(others, 'note')}`;
  const are = exchanges + others === 1 ? 'is' : 'are';
  const message =
    `This output was not read for a while: ${countOf(exchanges, 'exchange')}${more} ${are} not shown here. ` +
    'The summary counts them, and --save keeps them.';
  return { kind: 'notice', notice: { kind: 'notice', atMs, message, notShown: exchanges }, advice: [] };
}
