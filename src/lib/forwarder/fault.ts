import { JournalUnavailable } from '../journal/journal.js';
import { type SinkFault, SinkUnavailable } from '../sinks/sink.js';

/** The two ways to say "not now" as a fault to wait for; null for anything else, which is a bug. */
export function faultOf(error: unknown): SinkFault | null {
  if (error instanceof SinkUnavailable) return error.fault;
  if (!(error instanceof JournalUnavailable)) return null;
  return {
    code: 'HIP_JOURNAL_UNWRITABLE',
    message: error.message,
    remedy: 'See that the disk of the journal has room and can be written to.',
    transient: true,
  };
}
