import type { Socket } from 'node:net';
import { createAllowList } from './allow-list.js';
import { plainAddress } from './connections.js';
import type { Traffic } from './traffic.js';

/** True when whoever has just connected may speak; else the connection is counted and gone. */
export type Doorkeeper = (newcomer: Socket) => boolean;

/** Asked as soon as a connection is there, before a byte of it is read: neither parser nor TLS sees a stranger's. */
export function createDoorkeeper(allowFrom: readonly string[], traffic: Traffic): Doorkeeper {
  const allowList = createAllowList(allowFrom);
  return (newcomer) => {
    const address = plainAddress(newcomer.remoteAddress);
    if (allowList.has(address)) return true;
    traffic.notAllowed(address);
    newcomer.destroy();
    return false;
  };
}
