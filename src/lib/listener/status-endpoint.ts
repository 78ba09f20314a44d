import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { codeOf, messageOf } from '../errors.js';
import type { Log } from '../log.js';
import { type Address, bind } from './bind.js';

export interface StatusEndpointOptions {
  /** A loopback address: what is told here is for people on this PC. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What to tell; asked anew for every request. */
  readonly read: () => unknown;
  readonly log: Log;
}

export interface StatusEndpoint {
  /** Null when it can't listen: a status nobody can ask for is no reason not to take punches. */
  start(): Promise<Address | null>;
  stop(): Promise<void>;
}

const PATH = '/api/v1/status';

/** Read-only status on the loopback address, for the tray and for users without rights on the journal. */
export function createStatusEndpoint(options: StatusEndpointOptions): StatusEndpoint {
  const { log } = options;
  const server = createServer((request, response) => answer(request, response, options));
  return {
    async start() {
      try {
        const address = await bind(server, options);
        server.on('error', (error) =>
          log.warn({ code: codeOf(error) }, `Status endpoint: ${messageOf(error)}`),
        );
        return address;
      } catch (error) {
        log.warn(
          { code: codeOf(error), port: options.port },
          `No status on port ${options.port}: ${messageOf(error)}`,
        );
        return null;
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, options: StatusEndpointOptions): void {
  request.resume();
  // A web page can make a browser ask here under a name of its own (DNS rebinding); only our names are answered.
  if (!isLoopbackName(request.headers.host)) send(response, 421, { error: 'ask for 127.0.0.1' });
  else if (request.url !== PATH) send(response, 404, { error: `there is only ${PATH}` });
  else if (request.method !== 'GET') send(response, 405, { error: 'read-only' });
  else tell(response, options);
}

function tell(response: ServerResponse, { read, log }: StatusEndpointOptions): void {
  let status: unknown;
  try {
    status = read();
  } catch (error) {
    log.error({ stack: error instanceof Error ? error.stack : undefined }, `Status: ${messageOf(error)}`);
    send(response, 500, { error: 'the status could not be read; the log says why' });
    return;
  }
  send(response, 200, status);
}

function isLoopbackName(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host);
}

function send(response: ServerResponse, status: number, content: unknown): void {
  const body = JSON.stringify(content);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'GET' } : {}),
  });
  response.end(body);
}
