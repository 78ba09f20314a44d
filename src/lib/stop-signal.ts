const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

/**
 * Resolves when the person or the service manager wants us to stop, rejects with `failed`. A second signal while
 * stopping ends the process at once: the journal is safe at any instant.
 */
export async function untilStopped(failed: Promise<never>): Promise<void> {
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
