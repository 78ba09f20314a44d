import type { Server } from 'node:net';
import { codeOf, HipError, messageOf } from '../errors.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Connections that wait to be taken. When the line comes back all devices call at once; one that finds no room here
 * believes to be connected and is not. What the system allows at most, if that is less.
 */
const BACKLOG = 4_096;

/**
 * Listens, and gives the address in use.
 * @throws {HipError} HIP_PORT_IN_USE, HIP_PORT_FORBIDDEN, HIP_ADDRESS_UNAVAILABLE
 */
export function bind(server: Server, { host, port }: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(explainBindError(error, { host, port }));
    server.once('error', fail);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', fail);
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has an address');
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

function explainBindError(error: unknown, { host, port }: Address): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new HipError('HIP_PORT_IN_USE', `Port ${port} is already in use by another program.`, {
        suggestions: [
          `See which program it is: ${findOwner(port)}`,
          'Perhaps hip runs already, as a service: hip status',
          `Or take another port, here and in the menu of every device: hip serve --port ${otherPort(port)}`,
        ],
        cause: error,
      });
    case 'EACCES':
      return new HipError('HIP_PORT_FORBIDDEN', `This account may not listen on port ${port}.`, {
        suggestions: forbiddenAdvice(port),
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new HipError('HIP_ADDRESS_UNAVAILABLE', `This PC has no network address ${host}.`, {
        suggestions: [
          'Listen on all addresses of this PC: hip serve --host 0.0.0.0',
          `See the addresses it has: ${process.platform === 'win32' ? 'ipconfig' : 'ip address'}`,
        ],
        cause: error,
      });
    default:
      return new Error(`Can't listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
  }
}

function findOwner(port: number): string {
  return process.platform === 'win32'
    ? `netstat -ano | findstr :${port}`
    : process.platform === 'darwin'
      ? `lsof -nP -iTCP:${port} -sTCP:LISTEN`
      : `ss -ltnp 'sport = :${port}'`;
}

function forbiddenAdvice(port: number): string[] {
  const other = `Take another port, here and in the menu of every device: hip serve --port ${otherPort(port)}`;
  return process.platform === 'win32'
    ? ['Windows may have reserved it: netsh interface ipv4 show excludedportrange protocol=tcp', other]
    : ['Ports below 1024 need administrator rights', other];
}

/** A port that is likely free: above the one refused, and never in the range that needs rights. */
function otherPort(port: number): number {
  return port < 1024 ? 9090 : port < 65_000 ? port + 10 : 9090;
}
