const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;
const NEVER = new Promise<never>(() => undefined);

/**
 * Resolves when the person or the service manager wants us to stop, rejects with `failed`. A second signal while
 * stopping ends the process at once: the journal is safe at any instant.
 */
export async function untilStopped(failed: Promise<never> = NEVER): Promise<void> {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    await Promise.race([stopped, failed]);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

/** The same as an `AbortSignal`; `end()` lets go of the process's signals. */
export function createStopSignal(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of SIGNALS) process.once(signal, stop);
  return {
    signal: controller.signal,
    end() {
      for (const signal of SIGNALS) process.removeListener(signal, stop);
    },
  };
}
