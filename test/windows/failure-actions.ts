export interface ReceivedActions {
  readonly resetAfterSeconds: number | undefined;
  readonly actions: readonly { readonly type: number | undefined; readonly delayMs: number | undefined }[];
}

/**
 * What Wine's service manager took out of the calls that ask for failure actions. It keeps none of it, but its RPC
 * notes each number as it is unpacked, on the thread that then says `not implemented`: the period, how many actions,
 * and of each its type and delay.
 */
export function failureActionsReceived(trace: string): ReceivedActions[] {
  const lines = trace.split('\n');
  const ends = [...lines.keys()].filter((at) => lines[at]?.includes('SERVICE_CONFIG_FAILURE_ACTIONS not'));
  return ends.map((end) => {
    const thread = `${lines[end]?.split(':')[0]}:`;
    const before = lines.slice(0, end).filter((line) => line.startsWith(thread));
    const call = before.slice(
      before.findLastIndex((line) => line.includes('NdrNonEncapsulatedUnionUnmarshall (')),
    );
    const numbers = call.flatMap((line) => /ComplexUnmarshall (?:long|enum16)=(\d+)/.exec(line)?.[1] ?? []);
    const [resetAfterSeconds, count = 0, ...rest] = numbers.map(Number);
    const actions = Array.from({ length: count }, (_, n) => ({
      type: rest[2 * n],
      delayMs: rest[2 * n + 1],
    }));
    return { resetAfterSeconds, actions };
  });
}
