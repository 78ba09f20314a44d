import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { quoteArguments } from './command-line.js';
import { loadKoffi } from './koffi.js';
import { declareShell32 } from './win32/shell32.js';
import { declareUser32 } from './win32/user32.js';

/** What a program without a window of its own can do on the desktop of the person. */
export interface Desktop {
  openFolder(path: string): void;
  openText(file: string): void;
  /** With administrator rights, after Windows has asked; hidden. False when the person or Windows declined. */
  elevate(program: readonly string[]): boolean;
  /** Resolves when the person has closed it; everything else goes on meanwhile. */
  tell(title: string, text: string): Promise<void>;
  /** Without a window; resolves to its exit code. Rejects where it could not be started. */
  runHidden(command: HiddenCommand): Promise<number>;
}

export interface HiddenCommand {
  /** The program and its arguments. */
  readonly program: readonly string[];
  /** What it said goes here. */
  readonly outputFile: string;
  /** Also what it complained of. */
  readonly withErrors: boolean;
}

export async function openDesktop(): Promise<Desktop> {
  const koffi = await loadKoffi();
  const shell = declareShell32(koffi);
  const user = declareUser32(koffi);
  return {
    openFolder: (path) => void shell.execute({ verb: 'open', file: path, parameters: null, hidden: false }),
    // Notepad is on every Windows; a program for .txt need not be, or is one that a person hardly knows.
    openText: (file) =>
      void shell.execute({
        verb: 'open',
        file: 'notepad.exe',
        parameters: quoteArguments([file]),
        hidden: false,
      }),
    elevate: ([file = '', ...args]) =>
      shell.execute({ verb: 'runas', file, parameters: quoteArguments(args), hidden: true }),
    tell: (title, text) => user.messageBox(title, text),
    runHidden,
  };
}

function runHidden({ program, outputFile, withErrors }: HiddenCommand): Promise<number> {
  const [file = '', ...args] = program;
  const output = openSync(outputFile, 'w');
  try {
    const stdio = ['ignore', output, withErrors ? output : 'ignore'] as const;
    const child = spawn(file, args, { stdio: [...stdio], windowsHide: true });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    closeSync(output);
  }
}
