/**
 * A Windows of its own for one test file: prefix, screen, service manager.
 *
 * States: started (desktop up, services stay alive between commands) -> closed (all its processes ended, folder
 * gone). A guard process does the closing, so that it also happens when the tests are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDisplay } from './display.js';
import { copyTree, stageWindowsProgram } from './windows-program.js';
import { requireTemplate, requireWine, WINE_ENV } from './wine-install.js';

export interface Wine {
  /** Folder of the prefix on this machine. */
  readonly prefix: string;
  /** For `DISPLAY`: where its windows appear. */
  readonly display: string;
  /** Runs a Windows program to its end. */
  run(command: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts one and leaves it running; whoever starts it ends it, or `close()` does. */
  spawn(command: readonly string[], options?: RunOptions): WineProcess;
  /** Lays the built program at `C:\hip`; see {@link STAGED_HIP}. */
  stage(): Promise<void>;
  /** `hip` as staged. */
  hip(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** What Windows itself complained of so far: entries of the kind "error" in the Event Log, one a line. */
  complaints(): string;
  /** A `C:\…` path as this machine sees it. */
  path(windowsPath: string): string;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WineProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  output(): { readonly stdout: string; readonly stderr: string };
}

/** How the staged program is called. */
export const STAGED_HIP = ['C:\\hip\\node.exe', 'C:\\hip\\bin\\run.js'] as const;

/** Ends what the tests started, whatever became of them: waits for its input to close first. */
const GUARD = `
  cat > /dev/null
  wineserver -k
  wineserver -w
  kill "$2"
  rm -rf "$1"
`;

export interface WineOptions {
  /** Channels of Wine's own log that Windows itself writes among its complaints, as `WINEDEBUG` names them. */
  readonly trace?: string;
}

/** Starts a fresh Windows; one or two seconds, 20 more on a machine that never did. */
export async function startWine({ trace = '' }: WineOptions = {}): Promise<Wine> {
  await requireWine();
  const template = await requireTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'hip-wine-'));
  const prefix = join(folder, 'prefix');
  await copyTree(template, prefix);
  breakRegistryLinks(template, prefix);
  const display = await startDisplay();
  const env = { ...process.env, ...WINE_ENV, WINEPREFIX: prefix, DISPLAY: display.name };
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', folder, String(display.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env,
  });
  const wine = new Prefix({ prefix, folder, display: display.name, env, guard });
  wine.openDesktop([WINE_ENV.WINEDEBUG, trace].join());
  return wine;
}

interface PrefixParts {
  readonly prefix: string;
  readonly folder: string;
  readonly display: string;
  readonly env: NodeJS.ProcessEnv;
  readonly guard: ChildProcess;
}

class Prefix implements Wine {
  readonly prefix: string;
  readonly display: string;
  readonly #parts: PrefixParts;
  readonly #children = new Set<ChildProcess>();
  #desktop: WineProcess | undefined;
  #count = 0;

  constructor(parts: PrefixParts) {
    this.prefix = parts.prefix;
    this.display = parts.display;
    this.#parts = parts;
    mkdirSync(join(parts.folder, 'output'));
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.spawn(command, options).ended;
  }

  /** Output goes to files: Node for Windows under Wine fails on a pipe. */
  spawn(command: readonly string[], options: RunOptions = {}): WineProcess {
    const base = this.#outputBase();
    const files = [openSync(`${base}.out`, 'w'), openSync(`${base}.err`, 'w')] as const;
    const child = spawn('wine', command, {
      stdio: ['ignore', ...files],
      env: { ...this.#parts.env, ...options.env },
      detached: true,
      // Not the checkout, whose config.json would be found.
      cwd: join(this.prefix, 'drive_c'),
    });
    for (const file of files) closeSync(file);
    return this.#watch(child, () => ({
      stdout: readFileSync(`${base}.out`, 'utf8'),
      stderr: readFileSync(`${base}.err`, 'utf8'),
    }));
  }

  #outputBase(): string {
    this.#count += 1;
    return join(this.#parts.folder, 'output', String(this.#count));
  }

  #watch(child: ChildProcess, output: WineProcess['output']): WineProcess {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, ...output() }));
    return { child, ended, output };
  }

  /** Services end with the last program: the desktop stays. They write where it writes. */
  openDesktop(WINEDEBUG: string): void {
    this.#desktop = this.spawn(['explorer', '/desktop=hip,1024x700'], { env: { WINEDEBUG } });
  }

  complaints(): string {
    return this.#desktop?.output().stderr ?? '';
  }

  stage(): Promise<void> {
    return stageWindowsProgram(this.path('C:\\hip'));
  }

  hip(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.run([...STAGED_HIP, ...args], options);
  }

  path(windowsPath: string): string {
    return join(this.prefix, 'drive_c', ...windowsPath.replace(/^c:/i, '').split('\\'));
  }

  async close(): Promise<void> {
    // One that was about to start would wait for a Windows that is gone.
    for (const child of this.#children) child.kill('SIGKILL');
    const gone = once(this.#parts.guard, 'exit');
    this.#parts.guard.stdin?.end();
    await gone;
  }
}

/** The registry is written to: the template's files must not be the same ones. */
function breakRegistryLinks(template: string, prefix: string): void {
  for (const name of readdirSync(template).filter((each) => each.endsWith('.reg'))) {
    rmSync(join(prefix, name));
    copyFileSync(join(template, name), join(prefix, name));
  }
}
