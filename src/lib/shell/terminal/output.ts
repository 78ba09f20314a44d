import { codeOf, EXIT, messageOf } from '../../errors.js';

/**
 * Standard output and error of this process. Whoever reads them may leave (`| head`, a closed window), and the disk
 * that they are redirected to may fill up. Neither ends a program: what hip does matters more than what it says.
 *
 *   whole -> torn   (a write to standard output failed; told at the end, where output was what the command is for)
 */
let fault: Error | null = null;
let isByTheWay = false;

/** Call it once, before anything is written. */
export function guardOutput(): void {
  // The one of oclif throws, out of the event loop, whatever is not EPIPE.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error) => {
    fault ??= error;
  });
  // Errors are told there: who does not hear them sees the exit code.
  process.stderr.on('error', () => undefined);
}

/** For programs that run for months: what they say is said by the way, and its loss is no failure. */
export function outliveOutput(): void {
  isByTheWay = true;
}

/** Resolves when all is written that can be; says in one line what kept the rest from it, and fails then. */
export async function settleOutput(): Promise<void> {
  await written(process.stdout, '');
  // A reader who has seen enough is none of our concern: other programs end without a word then, too.
  if (fault === null || isByTheWay || READER_GONE.test(codeOf(fault))) return;
  process.stderr.write(`hip: not all of the output could be written: ${messageOf(fault)}\n`);
  process.exitCode ||= EXIT.unreachable;
}

/** Of pipes: EPIPE, on Windows also EOF. */
const READER_GONE = /^(EPIPE|EOF|ECONNRESET)$/;

/** Waits until it is out of our hands: to false where that failed. */
export function written(out: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    out.write(text, (error) => resolve(!error));
  });
}
