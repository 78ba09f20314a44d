import { setMaxListeners } from 'node:events';
import { createAdmsDevice } from './adms-device.js';
import type { CreateDevice, SimulatedPunch } from './device.js';
import { createFkwebDevice } from './fkweb-device.js';
import { openLedger } from './ledger.js';
import { createPunchSource } from './punches.js';
import { type Pace, type Patience, runDevices } from './run.js';
import type { SimulationSummary } from './totals.js';
import { openWire } from './wire.js';

/** Dialects that can be simulated, by the name `--dialect` takes. */
export const SIMULATED_DIALECTS: Readonly<Record<string, CreateDevice>> = {
  adms: createAdmsDevice,
  fkweb: createFkwebDevice,
};

export interface SimulationSettings extends Pace, Patience {
  readonly dialect: string;
  readonly target: URL;
  readonly devices: number;
  readonly seed: number;
  readonly startAt: string;
  /** Most punches in one request. */
  readonly batch: number;
  readonly keepAlive: boolean;
  /** Where each acknowledged punch is noted; null for nowhere. */
  readonly ledgerFile: string | null;
  /** Told once when nothing has answered for a while. */
  readonly onSilence?: () => void;
}

/** Real terminals wait for 10 to 30 s for an answer; the shorter keeps tests of dead servers short. */
const REPLY_TIMEOUT_MS = 10_000;
/** Whoever interrupts a run may still learn what the requests on the wire came to, but not wait for a dead server. */
const LAST_REPLIES_MS = 1_000;

/** Acts as devices until all punches are acknowledged, patience ends or `signal` says so. */
export async function simulate(
  settings: SimulationSettings,
  signal: AbortSignal,
): Promise<SimulationSummary> {
  const { target, devices, seed, startAt, batch, keepAlive, ledgerFile } = settings;
  const createDevice = SIMULATED_DIALECTS[settings.dialect];
  if (!createDevice) throw new Error(`no simulated device speaks ${settings.dialect}`);
  const source = createPunchSource({ seed, devices, startAt });
  const wires = source.sns.map(() => openWire({ target, keepAlive, timeoutMs: REPLY_TIMEOUT_MS }));
  // Every device waits on it.
  setMaxListeners(0, signal);
  const hangUp = (): void => wires.forEach((wire) => void wire.close());
  const stopped = (): void => void setTimeout(hangUp, LAST_REPLIES_MS).unref();
  signal.addEventListener('abort', stopped);
  const ledger = ledgerFile === null ? null : openLedger(ledgerFile);
  try {
    const result = await runDevices({
      devices: source.sns.map((sn) => createDevice({ sn, batch })),
      wires,
      source,
      pace: settings,
      patience: settings,
      onAcknowledged: (punches: readonly SimulatedPunch[]) => ledger?.append(punches),
      onSilence: settings.onSilence ?? null,
      signal,
    });
    return summarize(settings, result);
  } finally {
    signal.removeEventListener('abort', stopped);
    hangUp();
    ledger?.close();
  }
}

function summarize(
  settings: SimulationSettings,
  { outcome, totals, punched, elapsedMs }: Awaited<ReturnType<typeof runDevices>>,
): SimulationSummary {
  const seconds = elapsedMs / 1000;
  // What an interrupted run did not bring up was never promised to anybody.
  const expected = outcome === 'interrupted' ? punched : settings.count;
  return {
    outcome,
    dialect: settings.dialect,
    target: settings.target.origin,
    devices: settings.devices,
    seed: settings.seed,
    startAt: settings.startAt,
    sent: totals.sent,
    acknowledged: totals.acknowledged,
    unacknowledged: expected - totals.acknowledged,
    requests: totals.requests,
    refused: totals.refused,
    unanswered: totals.unanswered,
    commands: totals.commands,
    seconds: Math.round(seconds * 1000) / 1000,
    rate: Math.round((totals.acknowledged / seconds) * 10) / 10,
  };
}
