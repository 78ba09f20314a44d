import { JournalUnavailable } from '../journal/journal.js';
import { type SinkFault, SinkUnavailable } from '../sinks/sink.js';

/**
 * The two ways to say "not now" as a fault to wait for; null for what must fail the process: a bug, or a damaged
 * journal, which only opening it anew can mend.
 */
export function faultOf(error: unknown): SinkFault | null {
  if (error instanceof SinkUnavailable) return error.fault;
  if (!(error instanceof JournalUnavailable) || error.reason === 'damaged') return null;
  return {
    code: 'HIP_JOURNAL_UNWRITABLE',
    message: error.message,
    remedy: 'See that the disk of the journal has room and can be written to.',
    transient: true,
  };
}
