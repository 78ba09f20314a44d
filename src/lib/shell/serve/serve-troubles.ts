import { countOf } from '../../count.js';
import type { Trouble } from '../../service/host.js';
import type { StatusReport } from '../status/status.js';

/** A line that is down over lunch is nobody's trouble; an hour is more than any short outage takes. */
const BACKLOG_AFTER_MS = 3_600_000;

/** What whoever runs `hip serve` as a service should tell a person. */
export function findTroubles({ journal, sink }: StatusReport, now: Date): readonly Trouble[] {
  const troubles: Trouble[] = [];
  if (journal.error !== null) troubles.push({ kind: 'journal', reason: journal.error });
  // Without a database punches are meant to stay here.
  const since = sink.configured ? journal.oldestWaitingAt : null;
  if (since !== null && now.getTime() - Date.parse(since) > BACKLOG_AFTER_MS) {
    const why = sink.error === null ? '' : ` ${sink.error}`;
    troubles.push({
      kind: 'backlog',
      reason: `${countOf(journal.waiting, 'punch waits', 'punches wait')} since ${since}.${why}`,
    });
  }
  return troubles;
}
