import { basename } from 'node:path';
import { countOf } from '../../count.js';
import type { Progress } from '../../sync/parts.js';
import type { DeliveryWait } from './sync-delivery.js';

/** Shorter work needs no spinner. */
const SHOW_AFTER_MS = 1_000;
const SHOW_EVERY_MS = 200;

export interface ProgressView {
  readonly show: (progress: Progress) => void;
  readonly showWait: (wait: DeliveryWait) => void;
  /** Leaves nothing behind on the terminal. */
  end(): void;
}

/** A spinner with rate and share done, for people at a terminal; its package is loaded only when there is one. */
export function createProgressView(stream: NodeJS.WriteStream): ProgressView {
  const startMs = performance.now();
  let spinner: { text: string; stop(): unknown } | null = null;
  let loading = false;
  let ended = false;
  let shownMs = startMs;
  let text = 'Reading';
  const meter = createMeter();
  const load = async (): Promise<void> => {
    loading = true;
    const { default: ora } = await import('ora');
    if (!ended) spinner = ora({ stream, text }).start();
  };
  const say = (nowMs: number, render: () => string): void => {
    if (nowMs - startMs < SHOW_AFTER_MS || nowMs - shownMs < SHOW_EVERY_MS) return;
    shownMs = nowMs;
    text = render();
    if (spinner) spinner.text = text;
    else if (!loading) void load();
  };
  return {
    show(progress) {
      const nowMs = performance.now();
      const rate = meter(progress, nowMs);
      say(nowMs, () => renderProgress(progress, rate));
    },
    showWait: (wait) => say(performance.now(), () => renderWait(wait)),
    end() {
      ended = true;
      spinner?.stop();
    },
  };
}

function renderWait({ waiting, byAnother }: DeliveryWait): string {
  const what = byAnother
    ? `${countOf(waiting, 'punch is', 'punches are')} safe here, hip serve delivers ${waiting === 1 ? 'it' : 'them'}`
    : `delivering, ${waiting} left`;
  return `${what} (Ctrl-C is safe)`;
}

/** Lines per second of the file under way. */
function createMeter(): (progress: Progress, nowMs: number) => number {
  let path = '';
  let sinceMs = 0;
  return (progress, nowMs) => {
    if (progress.path !== path) [path, sinceMs] = [progress.path, nowMs];
    const seconds = (nowMs - sinceMs) / 1_000;
    return seconds > 0 ? Math.round(progress.lines / seconds) : 0;
  };
}

function renderProgress({ path, doneBytes, sizeBytes, lines }: Progress, rate: number): string {
  const share = doneBytes > 0 ? ` ${Math.floor((doneBytes / sizeBytes) * 100)} %,` : '';
  return `${basename(path).slice(0, 36)}:${share} ${lines} lines, ${rate}/s`;
}

/** As the options of a run. */
export function watchedBy(view: ProgressView): {
  readonly onProgress: ProgressView['show'];
  readonly onWait: ProgressView['showWait'];
} {
  return { onProgress: view.show, onWait: view.showWait };
}
