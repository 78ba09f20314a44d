import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath, installPackages } from './packages.js';
import { CACHE } from './wine-install.js';

const run = promisify(execFile);

const PACKAGES = ['xdotool', 'imagemagick', 'fonts-tlwg-loma-ttf', 'fonts-lao'];
const PROGRAMS = ['xdotool', 'import', 'convert'];
const FONTS = ['/usr/share/fonts/truetype/tlwg/Loma.ttf', '/usr/share/fonts/truetype/lao/Phetsarath_OT.ttf'];
const MOST_PIXELS = 64_000_000;

export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** A screen with somebody in front of it: looks, moves the mouse, presses keys. */
export class Screen {
  readonly #env: NodeJS.ProcessEnv;

  constructor(display: string) {
    this.#env = { ...process.env, DISPLAY: display };
  }

  /** Makes sure of what this needs, and of letters for Thai and Lao. */
  static async require(): Promise<void> {
    if (PROGRAMS.every(findOnPath) && FONTS.every((file) => existsSync(file))) return;
    await installPackages('a mouse, a camera and letters for the screen', PACKAGES);
  }

  /** Keeps a picture for people; resolves to its file. */
  async keep(name: string): Promise<string> {
    const folder = join(CACHE, 'screenshots');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${name}.png`);
    await run('import', ['-window', 'root', file], { env: this.#env });
    return file;
  }

  /** The middle of all pixels of exactly this colour; null where there are none. */
  async find(colour: Colour): Promise<Place | null> {
    const options = { env: this.#env, encoding: 'buffer', maxBuffer: MOST_PIXELS } as const;
    const { stdout } = await run('import', ['-window', 'root', '-depth', '8', 'ppm:-'], options);
    const [head, width] = /^P6\s+(\d+)\s+\d+\s+255\s/.exec(stdout.toString('latin1', 0, 64)) ?? [];
    if (head === undefined) throw new Error('import made no picture');
    const pixels = stdout.subarray(head.length);
    const found: Place[] = [];
    for (let at = 0; at < pixels.length; at += 3) {
      if (colour.every((value, channel) => pixels[at + channel] === value))
        found.push({ x: (at / 3) % Number(width), y: Math.floor(at / 3 / Number(width)) });
    }
    if (found.length === 0) return null;
    const middle = (of: (place: Place) => number): number =>
      Math.round(found.reduce((sum, place) => sum + of(place), 0) / found.length);
    return { x: middle(({ x }) => x), y: middle(({ y }) => y) };
  }

  async click({ x, y }: Place, button: 'left' | 'right'): Promise<void> {
    const number = button === 'left' ? '1' : '3';
    await run('xdotool', ['mousemove', String(x), String(y), 'click', number], { env: this.#env });
  }

  /** One after the other, by their X names. */
  async press(...keys: string[]): Promise<void> {
    await run('xdotool', ['key', '--delay', '60', ...keys], { env: this.#env });
  }
}
