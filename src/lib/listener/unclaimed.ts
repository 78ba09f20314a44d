import type { Socket } from 'node:net';
import { type Reply, textReply, type WireRequest } from '../dialects/dialect.js';
import { plainAddress } from './connections.js';
import type { Traffic } from './traffic.js';

/** Over a limit, and no dialect knows the request: anything but an OK. */
export const OVER_LIMIT_REPLY = textReply(413, 'TOO LARGE\n');

const NOT_FOUND_REPLY = textReply(404, 'NOT FOUND\n');
const EMPTY_OK_REPLY = textReply(200, '');

/** Where the request came in. */
export type Called = Pick<Socket, 'localAddress' | 'localPort'>;

/** Never an OK to data: a device would take its punches for stored. */
export function replyToUnclaimed(request: WireRequest, called: Called, traffic: Traffic): Reply {
  traffic.unclaimed(request);
  // Pings carry no data; the previous system's 405 to them did not help any device (adms.md section 4).
  if (request.method === 'HEAD') return EMPTY_OK_REPLY;
  if (request.method === 'GET' && request.path === '/')
    return textReply(200, greeting(typed(request) ?? called));
  return NOT_FOUND_REPLY;
}

const HOST = /^([\w.-]{1,253}|\[[\da-f:.]{2,45}\]):(\d{1,5})$/i;

/** The address as the person typed it, which the browser repeats: behind a router or `hip sniff` ours is another. */
function typed({ headers }: WireRequest): Called | null {
  const [, localAddress, localPort] = HOST.exec(headers.get('host') ?? '') ?? [];
  return localAddress && localPort ? { localAddress, localPort: Number(localPort) } : null;
}

/** For the person who opens the address in a browser to see whether it is the right one. */
function greeting({ localAddress, localPort }: Called): string {
  const address = plainAddress(localAddress);
  return [
    'hip is listening here for attendance devices.',
    '',
    "Type this into the device's menu (Communication, Cloud Server or ADMS):",
    `  Server address  ${address}`,
    `  Server port     ${localPort}`,
    '  Proxy and HTTPS off',
    '',
  ].join('\n');
}
