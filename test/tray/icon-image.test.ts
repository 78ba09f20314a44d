import { describe, expect, it } from 'vitest';
import { drawIcon } from '../../src/lib/tray/icon-image.js';
import type { TrayIconName } from '../../src/lib/tray/view.js';
import { encodeIconResource } from '../../src/lib/windows/icon-resource.js';

const NAMES: readonly TrayIconName[] = ['running', 'trouble', 'stopped'];
const SIZES = [16, 20, 24, 32];
const LIGHT_BAR = [243, 243, 243];
const DARK_BAR = [28, 28, 28];

/** WCAG: how far two colours are apart in brightness; 1 is not at all, 21 is black and white. */
function contrast(one: number, other: number): number {
  const [light, dark] = [Math.max(one, other), Math.min(one, other)];
  return (light + 0.05) / (dark + 0.05);
}

function brightness([red, green, blue]: Uint8Array | readonly number[]): number {
  const linear = (value: number): number =>
    value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
}

describe.each(SIZES)('at %i pixels', (size) => {
  it('the icons have shapes of their own, not only colours', () => {
    const outlines = NAMES.map((name) =>
      drawIcon(name, size)
        .rgba.filter((_, index) => index % 4 === 3)
        .join(),
    );
    expect(new Set(outlines).size).toBe(3);
  });

  it.each(NAMES)('"%s" shows on light and on dark taskbars', (name) => {
    const { rgba } = drawIcon(name, size);
    for (const bar of [LIGHT_BAR, DARK_BAR]) {
      let seen = 0;
      for (let at = 0; at < rgba.length; at += 4) {
        const isSolid = rgba[at + 3] === 255;
        if (isSolid && contrast(brightness(rgba.subarray(at)), brightness(bar)) >= 3) seen += 1;
      }
      // The sign or its ground stands out, which each take more than an eighth of the square.
      expect(seen / (size * size), String(bar)).toBeGreaterThan(1 / 8);
    }
  });
});

it('is encoded as Windows reads icons: from the bottom row up, blue first, with an empty mask', () => {
  const rgba = new Uint8Array(16 * 16 * 4);
  rgba.set([1, 2, 3, 4], 15 * 16 * 4);
  const resource = Buffer.from(encodeIconResource({ size: 16, rgba }));
  expect(resource.length).toBe(40 + 16 * 16 * 4 + 16 * 4);
  expect([0, 4, 8].map((at) => resource.readInt32LE(at))).toEqual([40, 16, 32]);
  expect([...resource.subarray(40, 45)]).toEqual([3, 2, 1, 4, 0]);
});
