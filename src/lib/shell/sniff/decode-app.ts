import { buffer } from 'node:stream/consumers';
import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { decode } from '../../sniff/decode.js';
import type { Explained } from '../../sniff/explained.js';
import { createSniffExplainer } from './sniff-explainer.js';

export interface DecodedTotals {
  readonly requests: number;
  readonly punches: number;
}

/**
 * What `hip sniff --decode` is made of: no network, and no journal.
 * @throws {HipError} HIP_NOT_FOUND, HIP_FILE_UNREADABLE
 */
export async function decodeCapture(
  loaded: LoadedConfig,
  path: string,
  show: (explained: Explained) => void,
): Promise<DecodedTotals> {
  const readInput = (): Promise<Uint8Array> => buffer(process.stdin);
  const observations = await decode({ path, readInput, nowMs: systemClock.nowMs() });
  const explainer = createSniffExplainer(loaded);
  const explained = observations.map((observation) => explainer.explain(observation));
  for (const each of explained) show(each);
  const requests = explained.filter(({ kind }) => kind === 'exchange').length;
  const punches = explained.reduce(
    (sum, each) => sum + (each.kind === 'exchange' ? each.punches.length : 0),
    0,
  );
  return { requests, punches };
}
