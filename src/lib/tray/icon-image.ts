import type { TrayIconName } from './view.js';

/**
 * The three icons, drawn for the size that the screen wants (16 to 32 pixels) instead of stored for some of them.
 * Told apart by shape as well as by colour, with an edge that shows on light and on dark taskbars.
 */
export interface IconImage {
  /** Pixels in width and height. */
  readonly size: number;
  /** Red, green, blue, alpha per pixel, row by row from the top. */
  readonly rgba: Uint8Array;
}

/** In a square of 16 by 16, whatever the size in pixels. */
type Shape = (x: number, y: number) => boolean;
type Colour = readonly [red: number, green: number, blue: number];
type Layer = readonly [shape: Shape, colour: Colour];
type Point = readonly [x: number, y: number];

const GRID = 16;
/** Samples per pixel and direction: 16 shades at an edge are smooth enough for a picture this small. */
const SAMPLES = 4;

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [32, 24, 0];

/** From back to front. */
const ICONS: Readonly<Record<TrayIconName, readonly Layer[]>> = {
  running: [
    [disc([8, 8], 8), [12, 92, 44]],
    [disc([8, 8], 7), [34, 160, 84]],
    [
      strokes(
        [
          [3.9, 8.3],
          [6.8, 11.2],
          [12.1, 5.2],
        ],
        1.15,
      ),
      WHITE,
    ],
  ],
  trouble: [
    [
      strokes(
        [
          [8, 1.6],
          [14.4, 14.4],
          [1.6, 14.4],
          [8, 1.6],
        ],
        1.6,
      ),
      [140, 92, 0],
    ],
    [triangle([8, 1.6], [14.4, 14.4], [1.6, 14.4]), [255, 190, 20]],
    [
      strokes(
        [
          [8, 1.8],
          [14.2, 14.2],
          [1.8, 14.2],
          [8, 1.8],
        ],
        0.8,
      ),
      [255, 190, 20],
    ],
    [
      strokes(
        [
          [8, 6],
          [8, 9.6],
        ],
        1.05,
      ),
      BLACK,
    ],
    [disc([8, 12.6], 1.2), BLACK],
  ],
  stopped: [
    [rounded([0, 0], [16, 16], 4), [116, 16, 20]],
    [rounded([1, 1], [15, 15], 3.2), [208, 44, 48]],
    [rounded([4.5, 4.5], [11.5, 11.5], 0.6), WHITE],
  ],
};

export function drawIcon(name: TrayIconName, size: number): IconImage {
  const rgba = new Uint8Array(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      rgba.set(pixelAt(ICONS[name], [column, row], GRID / size), (row * size + column) * 4);
    }
  }
  return { size, rgba };
}

function pixelAt(layers: readonly Layer[], [column, row]: Point, scale: number): readonly number[] {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) * scale;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * scale;
    const top = layers.findLast(([inside]) => inside(x, y));
    if (!top) continue;
    covered += 1;
    for (const channel of [0, 1, 2] as const) sum[channel]! += top[1][channel];
  }
  if (covered === 0) return [0, 0, 0, 0];
  return [...sum.map((value) => Math.round(value / covered)), Math.round((covered * 255) / SAMPLES ** 2)];
}

function disc([centreX, centreY]: Point, radius: number): Shape {
  return (x, y) => Math.hypot(x - centreX, y - centreY) <= radius;
}

function rounded([left, top]: Point, [right, bottom]: Point, radius: number): Shape {
  return (x, y) => {
    const nearestX = Math.min(Math.max(x, left + radius), right - radius);
    const nearestY = Math.min(Math.max(y, top + radius), bottom - radius);
    return Math.hypot(x - nearestX, y - nearestY) <= radius;
  };
}

function triangle(a: Point, b: Point, c: Point): Shape {
  const side = ([x1, y1]: Point, [x2, y2]: Point, [x, y]: Point): boolean =>
    (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= 0;
  return (x, y) => side(a, b, [x, y]) && side(b, c, [x, y]) && side(c, a, [x, y]);
}

/** A line through the points, with round ends, of half the given width to either side. */
function strokes(points: readonly Point[], radius: number): Shape {
  return (x, y) =>
    points.slice(1).some((end, index) => distanceToLine([x, y], points[index]!, end) <= radius);
}

function distanceToLine([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}
