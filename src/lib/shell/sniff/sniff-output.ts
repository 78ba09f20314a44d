import { basename } from 'node:path';
import type { WriteStream } from 'node:tty';
import { systemClock } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import type { Explained } from '../../sniff/explained.js';
import { renderJsonLine } from '../../sniff/json-line.js';
import type { CaseOutcome, ReplayReport } from '../../sniff/replay.js';
import { renderObservation, type ViewStyle } from '../../sniff/view.js';
import { wrap } from '../../sniff/view-layout.js';
import { renderPlayed, renderReplay } from '../../sniff/view-replay.js';
import { renderSummary } from '../../sniff/view-summary.js';
import { createWallClock } from '../../time-zone.js';
import { lanAddresses } from '../serve/addresses.js';
import { createLiveView } from './live-view.js';
import type { SniffOutcome, SniffSettings } from './sniff-app.js';

/** Where `hip sniff` shows what it sees: for people, or one JSON object per line. */
export interface SniffOutput {
  started(settings: SniffSettings, addresses: readonly Listening[]): void;
  /** All of it, however long it takes to be read. */
  show(explained: Explained): void;
  /** What passes now: thinned where nobody reads. */
  showLive(explained: Explained): void;
  ended(outcome: SniffOutcome): void;
  played(outcome: CaseOutcome): void;
  replayed(report: ReplayReport): void;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
}

export interface SniffOutputFlags {
  readonly hex: boolean;
  readonly brief: boolean;
  readonly json: boolean;
  readonly fast: boolean;
}

export function createSniffOutput(
  flags: SniffOutputFlags,
  loaded: Pick<LoadedConfig, 'config'>,
  stream: WriteStream = process.stdout,
): SniffOutput {
  const write = (text: string): void => void stream.write(`${text}\n`);
  const { nowMs } = systemClock;
  if (flags.json) {
    const show = (explained: Explained): void => write(renderJsonLine(explained));
    const live = createLiveView({ stream, show, nowMs });
    return {
      started: (_, addresses) => write(JSON.stringify({ kind: 'listening', addresses })),
      show,
      showLive: live.show,
      // The summary is the command's result, and so the last line.
      ended: live.settle,
      played: () => undefined,
      replayed: () => undefined,
    };
  }
  const style = createSniffStyle(flags, loaded, stream);
  const show = (explained: Explained): void => {
    const text = renderObservation(explained, style);
    // An empty line behind each block: where there are no colours nothing else parts them.
    if (text !== null) write(style.view === 'brief' ? text : `${text}\n`);
  };
  const live = createLiveView({ stream, show, nowMs });
  return {
    started: (settings, addresses) => write(wrapped(renderSniffBanner(settings, addresses), style)),
    show,
    showLive: live.show,
    ended(outcome) {
      live.settle();
      write(renderSummary(outcome, style));
      if (outcome.saved) write(`\n${wrapped(savedText(outcome.saved), style)}`);
    },
    played(outcome) {
      // With pauses it can take as long as the capture: show that it goes on.
      if (!flags.fast) write(renderPlayed(outcome, style));
    },
    replayed: (report) => write(renderReplay(report, style)),
  };
}

function wrapped(text: string, { width }: ViewStyle): string {
  return text
    .split('\n')
    .flatMap((line) => wrap(line, width))
    .join('\n');
}

export function createSniffStyle(
  { hex, brief }: Pick<SniffOutputFlags, 'hex' | 'brief'>,
  { config }: Pick<LoadedConfig, 'config'>,
  stream: WriteStream = process.stdout,
): ViewStyle {
  const wallClock = createWallClock(config.serve.timeZone);
  return {
    view: hex ? 'hex' : brief ? 'brief' : 'text',
    color: stream.isTTY && !process.env.NO_COLOR,
    width: stream.isTTY ? stream.columns : 80,
    timeOfDay: (atMs) => wallClock.text(new Date(atMs)).slice(11),
  };
}

/** What a person needs to know before the first device knocks. */
function renderSniffBanner({ answers, save }: SniffSettings, addresses: readonly Listening[]): string {
  const isAnywhere = addresses.some(({ host }) => host === '0.0.0.0' || host === '::');
  const ours = isAnywhere ? lanAddresses() : [...new Set(addresses.map(({ host }) => host))];
  const ports = addresses.map(({ port }) => port).join(', ');
  return [
    `Listening on port ${ports} (${ours.join(', ') || 'this PC has no network address'}).`,
    answersText(answers),
    ...(save === null ? [] : saveText(save)),
    'Stop with Ctrl-C; a summary follows.',
    '',
  ].join('\n');
}

function answersText(answers: SniffSettings['answers']): string {
  if (answers === 'nobody') return 'Nothing is answered: devices give up after a while and try again.';
  if (answers === 'hip') {
    return 'Devices are answered as hip serve would, but punches with "try again": none is taken, none is lost.';
  }
  const { tls, host, port } = answers;
  return `Everything goes on unchanged to ${tls ? 'https' : 'http'}://${host}:${port}, and its answers back.`;
}

function saveText({ dir, scrub }: NonNullable<SniffSettings['save']>): string[] {
  if (scrub) return [`Exchanges are saved to ${dir}, without names, passwords, templates and photos.`];
  return [
    `Everything is saved to ${dir} as it came, with the names, passwords, fingerprints and photos in it.`,
    '  Keep these files as you would keep the devices themselves, and delete them when done.',
  ];
}

function savedText({ dir, cases, rawFile, isIncomplete }: NonNullable<SniffOutcome['saved']>): string {
  const count = `${cases} exchange${cases === 1 ? '' : 's'}`;
  const raw = rawFile === null ? '' : `, and what passed for Wireshark in ${basename(rawFile)}`;
  return `Saved ${count} to ${dir}${raw}.${isIncomplete ? ' It is not all: the disk failed on the way.' : ''}`;
}
