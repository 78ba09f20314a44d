// Draws assets/hip.ico, the icon of program and set-up: a clock whose hands make a tick. Run after a change:
// node scripts/make-icon.js
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const GROUND = [15, 118, 110];
const INK = [255, 255, 255];
/** Points per edge of a pixel: the mean of their colours smooths the edges. */
const SAMPLES = 4;
/** Windows takes the largest as PNG, the small ones as bitmaps. */
const SIZES = [16, 24, 32, 48, 256];

/** Colour at a point of the unit square, or null outside. */
function colourAt(x, y) {
  const corner = 0.22;
  const [dx, dy] = [x, y].map((v) => Math.max(corner - v, v - (1 - corner), 0));
  if (Math.hypot(dx, dy) > corner) return null;
  const ring = Math.abs(Math.hypot(x - 0.5, y - 0.5) - 0.335) < 0.045;
  const tick =
    distance(x, y, [0.36, 0.5, 0.47, 0.62]) < 0.05 || distance(x, y, [0.47, 0.62, 0.66, 0.37]) < 0.05;
  return ring || tick ? INK : GROUND;
}

function distance(x, y, [ax, ay, bx, by]) {
  const [vx, vy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * vx + (y - ay) * vy) / (vx * vx + vy * vy)));
  return Math.hypot(x - ax - along * vx, y - ay - along * vy);
}

/** Red, green, blue, alpha; rows from the top. */
function draw(size) {
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < size * size; at++) {
    const sum = [0, 0, 0];
    let inside = 0;
    for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
      const x = ((at % size) + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
      const y = (Math.floor(at / size) + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
      const colour = colourAt(x, y);
      if (!colour) continue;
      inside += 1;
      for (let i = 0; i < 3; i++) sum[i] += colour[i];
    }
    if (inside === 0) continue;
    const mean = sum.map((value) => Math.round(value / inside));
    pixels.set([...mean, Math.round((255 * inside) / SAMPLES ** 2)], at * 4);
  }
  return pixels;
}

function toBitmap(pixels, size) {
  const maskRow = Math.ceil(size / 32) * 4;
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const colours = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [r, g, b, a] = pixels.subarray((y * size + x) * 4);
      colours.set([b, g, r, a], ((size - 1 - y) * size + x) * 4);
    }
  }
  return Buffer.concat([header, colours, Buffer.alloc(maskRow * size)]);
}

function toPng(pixels, size) {
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) pixels.copy(rows, y * (size * 4 + 1) + 1, y * size * 4, (y + 1) * size * 4);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = deflateSync(rows, { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const images = SIZES.map((size) => (size === 256 ? toPng(draw(size), size) : toBitmap(draw(size), size)));
const directory = Buffer.alloc(6 + 16 * SIZES.length);
directory.writeUInt16LE(1, 2);
directory.writeUInt16LE(SIZES.length, 4);
let offset = directory.length;
for (const [index, image] of images.entries()) {
  const at = 6 + 16 * index;
  const edge = SIZES[index] === 256 ? 0 : SIZES[index];
  directory.set([edge, edge, 0, 0, 1, 0, 32, 0], at);
  directory.writeUInt32LE(image.length, at + 8);
  directory.writeUInt32LE(offset, at + 12);
  offset += image.length;
}
writeFileSync(join(root, 'assets/hip.ico'), Buffer.concat([directory, ...images]));
