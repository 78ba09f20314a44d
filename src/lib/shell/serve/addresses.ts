import { networkInterfaces } from 'node:os';

/** IPv4 addresses under which devices in the office can reach this PC, most likely first. */
export function lanAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((one) => one.family === 'IPv4' && !one.internal && !one.address.startsWith('169.254.'))
    .map((one) => one.address)
    .sort((a, b) => rank(a) - rank(b));
}

/** Private ranges first: that is where terminals are. */
function rank(address: string): number {
  if (address.startsWith('192.168.')) return 0;
  if (address.startsWith('10.')) return 1;
  return /^172\.(1[6-9]|2\d|3[01])\./.test(address) ? 2 : 3;
}
