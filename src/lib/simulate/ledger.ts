import { closeSync, openSync, writeSync } from 'node:fs';
import { codeOf, HipError } from '../errors.js';
import type { SimulatedPunch } from './device.js';

/** Every acknowledged punch as one line of NDJSON: what a target must hold afterwards. */
export interface Ledger {
  append(punches: readonly SimulatedPunch[]): void;
  close(): void;
}

/**
 * Appends; written at once and as a whole, so that a run that is killed leaves no promise out.
 * @throws {HipError} HIP_USAGE when the file can't be written
 */
export function openLedger(file: string): Ledger {
  const handle = openForAppend(file);
  return {
    append: (punches) => writeSync(handle, punches.map((punch) => `${JSON.stringify(punch)}\n`).join('')),
    close: () => closeSync(handle),
  };
}

function openForAppend(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw new HipError('HIP_USAGE', `The ledger ${file} can't be written (${codeOf(error)}).`, {
      suggestions: ['Name a file in a folder that exists and that you may write to'],
      cause: error,
    });
  }
}
