import type { Writable } from 'node:stream';

/** What is going on, for whoever waits: a spinner on a terminal, a line per change elsewhere. */
export interface Progress {
  say(text: string): void;
  close(): void;
}

/** @param out null where nobody is to be told */
export async function openProgress(out: (Writable & { readonly isTTY?: boolean }) | null): Promise<Progress> {
  if (out === null) return { say: () => undefined, close: () => undefined };
  if (!out.isTTY) return { say: (text) => void out.write(`${text}\n`), close: () => undefined };
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: out as NodeJS.WriteStream });
  return {
    say: (text) => void spinner.start(text),
    close: () => void spinner.stop(),
  };
}
