import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncOutcome } from '../../tray/balloons.js';
import { type Speech, say } from '../../tray/texts.js';
import type { TrayDesk } from '../../tray/tray.js';
import type { Desktop } from '../../windows/desktop.js';

export interface TrayDeskParts {
  readonly desktop: Desktop;
  /** How hip is started. */
  readonly program: readonly string[];
  /** `--config` and `--data-dir` as the tray itself was given them. */
  readonly settingsFlags: readonly string[];
  readonly logDir: string;
  readonly version: string;
  /** The status in words, where a running serve tells it; null where nobody does. */
  readStatus(): Promise<string | null>;
  readonly speech: Speech;
}

/** Other runs of hip do the work: what the tray itself never loads can't slow it down or take it along. */
export function createTrayDesk(parts: TrayDeskParts): TrayDesk {
  const { desktop, program, settingsFlags, speech } = parts;
  const hip = (...args: string[]): readonly string[] => [...program, ...args, ...settingsFlags];
  return {
    async sync() {
      const outputFile = join(tmpdir(), 'hip-sync.json');
      const command = { program: hip('sync', '--once', '--json'), outputFile, withErrors: false };
      try {
        const code = await desktop.runHidden(command);
        return readOutcome(code, readFileSync(outputFile, 'utf8'));
      } finally {
        // It quotes lines that could not be read: nobody else's business.
        rmSync(outputFile, { force: true });
      }
    },
    async showStatus() {
      const outputFile = join(tmpdir(), 'hip-status.txt');
      let text = await parts.readStatus();
      if (text === null) {
        await desktop.runHidden({ program: hip('status'), outputFile, withErrors: true });
        text = readFileSync(outputFile, 'utf8');
      }
      // Without the mark in front older editors of Windows take names in Thai for something else.
      writeFileSync(outputFile, `\uFEFF${text.replace(/\r?\n/g, '\r\n')}`);
      desktop.openText(outputFile);
    },
    openLogs: () => desktop.openFolder(parts.logDir),
    showAbout() {
      const values = { version: parts.version, folder: parts.logDir };
      void desktop.tell('hip', say(speech.texts.aboutText, values));
    },
    elevate: (verb, role) => desktop.elevate(hip('service', verb, role)),
  };
}

/** `hip sync --json`: a report, or one error; anything else is a crash, of which the exit code tells. */
function readOutcome(code: number, output: string): SyncOutcome {
  let said: {
    readonly totals?: { readonly punches?: number };
    readonly delivered?: number;
    readonly waiting?: number;
    readonly fault?: { readonly message: string } | null;
    readonly error?: { readonly message: string };
  };
  try {
    said = JSON.parse(output);
  } catch {
    // Nothing that could be read: the outcome says so.
    return { code, counts: null, error: null };
  }
  const { totals, delivered = 0, waiting = 0 } = said;
  const counts = totals ? { punches: totals.punches ?? 0, delivered, waiting } : null;
  return { code, counts, error: said.error?.message ?? said.fault?.message ?? null };
}
