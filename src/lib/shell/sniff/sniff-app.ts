import { connect } from 'node:net';
import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { createDialects } from '../../dialects/index.js';
import { HipError } from '../../errors.js';
import type { Clock } from '../../forwarder/clock.js';
import { bind } from '../../listener/bind.js';
import { createListener, type ListenerParts } from '../../listener/listener.js';
import { silentLog } from '../../log.js';
import { dialectSettings, ownListenerSettings } from '../../settings.js';
import { type Backend, createBackend, type ForwardTarget } from '../../sniff/backend.js';
import { createCaseWriter } from '../../sniff/case-folder.js';
import type { Observation } from '../../sniff/exchange.js';
import type { Explained } from '../../sniff/explained.js';
import { createProbeJournal } from '../../sniff/probe-journal.js';
import { noSaver, openSaver, type SavedTotals, type Saver } from '../../sniff/saver.js';
import { createScrubber } from '../../sniff/scrub.js';
import { createSummary, type SummaryReport } from '../../sniff/summary.js';
import { createTap, type TapAddress } from '../../sniff/tap.js';
import { createSniffExplainer } from './sniff-explainer.js';

/** What `hip sniff` is made of. */

export interface SniffSettings {
  readonly host: string;
  readonly ports: readonly number[];
  /** `hip`: as `hip serve` would, but "try again" to all that carries data. */
  readonly answers: 'hip' | 'nobody' | ForwardTarget;
  readonly save: { readonly dir: string; readonly scrub: boolean } | null;
}

export interface SniffParts {
  readonly loaded: LoadedConfig;
  readonly settings: SniffSettings;
  readonly show: (explained: Explained) => void;
  readonly clock?: Clock;
}

export interface RunningSniff {
  readonly addresses: readonly TapAddress[];
  /** Hangs up, and resolves when all that is to be saved is on disk. */
  stop(): Promise<SniffOutcome>;
}

export interface SniffOutcome extends SummaryReport {
  /** Null when nothing was to be saved. */
  readonly saved: SavedTotals | null;
}

/** Sniffing changes nothing on a device, not even a clock that is plainly wrong. */
const HANDS_OFF: NonNullable<ListenerParts['care']> = {
  contact: () => ({ facts: {}, clockReset: null }),
  maySetClocks: false,
};
const STOP_GRACE_MS = 1_000;

/** @throws {HipError} everything that keeps it from starting, with what to do */
export async function startSniff({ clock = systemClock, ...parts }: SniffParts): Promise<RunningSniff> {
  const { loaded, settings } = parts;
  const isForwarded = typeof settings.answers === 'object';
  const explainer = createSniffExplainer(loaded, { isForwarded });
  const summary = createSummary();
  const notice = (message: string): void => observe({ kind: 'notice', atMs: clock.nowMs(), message });
  const saver = settings.save && openSniffSaver(loaded, settings.save, notice);
  const observe = (observation: Observation): void => {
    if (observation.kind === 'exchange') saver?.save(observation);
    if (observation.kind === 'foreign') saver?.saveForeign(observation);
    const explained = explainer.explain(observation);
    summary.add(explained);
    parts.show(explained);
  };
  const answering = await startAnswering(loaded, settings.answers, clock);
  const tap = createTap({
    addresses: settings.ports.map((port) => ({ host: settings.host, port })),
    bind,
    backend: answering.backend,
    recorder: saver ?? noSaver,
    clock,
    observe,
  });
  try {
    const addresses = await tap.start();
    return {
      addresses,
      async stop() {
        await tap.stop();
        await answering.stop();
        const saved = (await saver?.close()) ?? null;
        return { ...summary.report(), saved };
      },
    };
  } catch (error) {
    await answering.stop();
    await saver?.close();
    throw isPortInUse(error) ? portInUse(error) : error;
  }
}

function isPortInUse(error: unknown): error is HipError {
  return error instanceof HipError && error.code === 'HIP_PORT_IN_USE';
}

/** Whoever sniffs has most often left `hip serve` running, which is the one program to stop then. */
function portInUse({ code, message, suggestions, cause }: HipError): HipError {
  const [findOwner] = suggestions;
  return new HipError(code, message, {
    suggestions: [
      'If it is hip serve, stop it while you look: Ctrl-C in its window, or hip service stop',
      ...(findOwner === undefined ? [] : [findOwner]),
      'Or take another port, here and in the menu of the device: hip sniff --port 9100',
    ],
    cause,
  });
}

function openSniffSaver(
  loaded: LoadedConfig,
  { dir, scrub }: NonNullable<SniffSettings['save']>,
  tell: (message: string) => void,
): Saver {
  return openSaver({
    dir,
    keepsRaw: !scrub,
    tell,
    writeCases: (folder, written) =>
      createCaseWriter({
        written,
        dir: folder,
        explainer: createSniffExplainer(loaded, { withPremises: true }),
        scrubber: scrub ? createScrubber() : null,
        settings: dialectSettings(loaded),
        pathPrefix: loaded.config.serve.pathPrefix,
      }),
  });
}

interface Answering {
  readonly backend: Backend | null;
  stop(): Promise<void>;
}

async function startAnswering(
  loaded: LoadedConfig,
  answers: SniffSettings['answers'],
  clock: Clock,
): Promise<Answering> {
  const stop = async (): Promise<void> => undefined;
  if (answers === 'nobody') return { backend: null, stop };
  if (answers !== 'hip') return { backend: createBackend(answers), stop };
  const listener = createListener({
    settings: ownListenerSettings(loaded),
    dialects: createDialects(),
    journal: createProbeJournal(),
    log: silentLog,
    clock,
    care: HANDS_OFF,
  });
  const { host, port } = await listener.start();
  return {
    backend: { name: 'hip', connect: () => connect({ host, port, allowHalfOpen: true }) },
    stop: () => listener.stop({ graceMs: STOP_GRACE_MS }),
  };
}
