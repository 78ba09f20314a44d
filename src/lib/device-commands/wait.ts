import { type Clock, Pause } from '../forwarder/clock.js';
import type { CommandRecord, Journal } from '../journal/journal.js';

export interface WaitParts {
  readonly journal: Pick<Journal, 'commands'>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Told when the state changed, the first time at once. */
  readonly onChange?: (command: CommandRecord) => void;
}

/** Another process hands the command out; devices poll every few seconds. */
const LOOK_MS = 250;

/**
 * The command once it is over, or as it stands when the time is up: it then stays in the queue. Undefined when it is
 * gone (its device was forgotten).
 */
export async function waitForCommand(
  { journal, clock, timeoutMs, onChange }: WaitParts,
  { deviceSn, id }: { readonly deviceSn: string; readonly id: string },
): Promise<CommandRecord | undefined> {
  const untilMs = clock.nowMs() + timeoutMs;
  const pause = new Pause(clock);
  let told: string | null = null;
  for (;;) {
    const command = journal.commands(deviceSn).find((one) => one.id === id);
    if (command === undefined) return undefined;
    const now = `${command.state} ${command.attempts}`;
    if (now !== told) onChange?.(command);
    told = now;
    const leftMs = untilMs - clock.nowMs();
    if (isOver(command) || leftMs <= 0) return command;
    await pause.wait(Math.min(LOOK_MS, leftMs));
  }
}

export function isOver({ state }: CommandRecord): boolean {
  return state === 'done' || state === 'failed' || state === 'expired';
}
