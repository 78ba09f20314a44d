import { BlockList, isIP } from 'node:net';

/** Which addresses may speak at all. */
export interface AllowList {
  has(address: string): boolean;
}

/**
 * @param ranges addresses and CIDR ranges, both families; none means everybody
 * @throws {TypeError} for what `isAddressRange` refuses
 */
export function createAllowList(ranges: readonly string[]): AllowList {
  if (ranges.length === 0) return { has: () => true };
  const list = new BlockList();
  for (const range of ranges) {
    const { address, bits, family } = parseRange(range) ?? unreadable(range);
    list.addSubnet(address, bits, family);
  }
  return { has: (address) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4') };
}

/** `192.168.1.20`, `192.168.1.0/24`, `fd00::/8` */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== null;
}

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parseRange(text: string): Range | null {
  const [address = '', given] = text.split('/');
  const version = isIP(address);
  if (version === 0 || text.split('/').length > 2) return null;
  const most = version === 4 ? 32 : 128;
  if (given !== undefined && !/^\d{1,3}$/.test(given)) return null;
  const bits = given === undefined ? most : Number(given);
  return bits <= most ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : null;
}

function unreadable(range: string): never {
  throw new TypeError(`${range} is no address range`);
}
