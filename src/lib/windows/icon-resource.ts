const HEADER_BYTES = 40;
const BITS_PER_PIXEL = 32;

/**
 * One image as icon files and CreateIconFromResourceEx want it: a bitmap header that counts the height twice, pixels
 * as blue, green, red, alpha from the bottom row up, then a mask of one bit a pixel that alpha makes meaningless.
 */
export function encodeIconResource({
  size,
  rgba,
}: {
  readonly size: number;
  readonly rgba: Uint8Array;
}): Uint8Array {
  const maskRowBytes = Math.ceil(size / 32) * 4;
  const resource = Buffer.alloc(HEADER_BYTES + size * size * 4 + maskRowBytes * size);
  resource.writeUInt32LE(HEADER_BYTES, 0);
  resource.writeInt32LE(size, 4);
  resource.writeInt32LE(size * 2, 8);
  resource.writeUInt16LE(1, 12);
  resource.writeUInt16LE(BITS_PER_PIXEL, 14);
  for (let pixel = 0; pixel < size * size; pixel += 1) {
    const row = size - 1 - Math.floor(pixel / size);
    const [red, green, blue, alpha] = rgba.subarray((row * size + (pixel % size)) * 4);
    resource.set([blue!, green!, red!, alpha!], HEADER_BYTES + pixel * 4);
  }
  return resource;
}
