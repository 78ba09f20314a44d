import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createWireRequest } from '../dialects/request.js';
import { codeOf } from '../errors.js';
import type { Clock } from '../forwarder/clock.js';
import { BodyRoom } from './body.js';
import { type Connection, type Connections, connectionOf } from './connections.js';
import type { Doorkeeper } from './doorkeeper.js';
import { Exchange, type ExchangeParts } from './exchange.js';
import { Gate, type GateParts } from './gate.js';
import { hangUp, TOO_SLOW_REPLY, UNREADABLE_REPLY } from './hang-up.js';
import type { Intake } from './intake.js';
import type { ListenerSettings } from './settings.js';
import type { Traffic } from './traffic.js';
import { Turns } from './turns.js';
import { OVER_LIMIT_REPLY } from './unclaimed.js';

export interface DeviceServerParts {
  readonly settings: ListenerSettings;
  readonly intake: Intake;
  readonly connections: Connections;
  readonly doorkeeper: Doorkeeper;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
}

/** 256 MiB by default: a body of full size is rare, and whoever finds no room tries again. */
const BODIES_AT_ONCE = 16;

/** Node looks for late heads and bodies this often; a quarter of the shorter timeout is exact enough. */
const CHECKS_PER_TIMEOUT = 4;
const SLOWEST_CHECK_MS = 1_000;

/** A `node:http` server set to take what devices send; every connection comes through the gate first. */
export function createDeviceServer(parts: DeviceServerParts): Server {
  const server = createServer(serverOptions(parts.settings));
  // A device may close its side after the request (HTTP/1.0); without this Node drops the reply still owed.
  Object.assign(server, { httpAllowHalfOpen: true });
  const [parse] = server.listeners('connection') as [(socket: Socket) => void];
  server.removeAllListeners('connection');
  const handOver = (socket: Socket, bytes: Buffer): void => {
    parse.call(server, socket);
    socket.emit('data', bytes);
  };
  const bodyRoom = new BodyRoom(BODIES_AT_ONCE * parts.settings.maxBodyBytes);
  const gateParts = { ...parts, bodyRoom, handOver };
  server.on('connection', (socket: Socket) => admit(socket, parts, gateParts));
  receiveRequests(server, parts, bodyRoom);
  server.on('clientError', (error, socket) => onClientError(error, socket as Socket, parts));
  server.on('connect', (request, socket) => {
    parts.traffic.unclaimed(wireHead(request, parts.settings));
    hangUp(socket as Socket, OVER_LIMIT_REPLY, parts.clock);
  });
  return server;
}

function serverOptions(settings: ListenerSettings): Parameters<typeof createServer>[0] & object {
  const { headerTimeoutMs, bodyTimeoutMs } = settings;
  return {
    requireHostHeader: false,
    // Bare LF, blanks before colons, control characters: all seen from small firmware. The lenient parser allows
    // request smuggling behind a proxy that reads differently; there is nothing behind this port to smuggle to.
    insecureHTTPParser: true,
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: headerTimeoutMs,
    requestTimeout: Math.max(headerTimeoutMs, bodyTimeoutMs),
    // Idle connections are swept by the listener, which saves two timers per request.
    keepAliveTimeout: 0,
    connectionsCheckingInterval: Math.min(
      SLOWEST_CHECK_MS,
      Math.ceil(Math.min(headerTimeoutMs, bodyTimeoutMs) / CHECKS_PER_TIMEOUT),
    ),
  };
}

function admit(socket: Socket, parts: DeviceServerParts, gateParts: GateParts): void {
  const { connections, doorkeeper, traffic, clock, isStopping } = parts;
  // A reset is how some devices hang up; `close` follows and does the counting.
  socket.on('error', ignore);
  if (isStopping()) {
    socket.destroy();
    return;
  }
  if (!doorkeeper(socket)) return;
  const connection = connections.admit(socket, clock.nowMs());
  socket.once('close', () => {
    if (connection.isMidRequest) traffic.counts.truncated += 1;
  });
  if (!socket.destroyed) new Gate(gateParts, connection);
}

function receiveRequests(server: Server, parts: DeviceServerParts, bodyRoom: BodyRoom): void {
  const { intake, traffic, clock, isStopping, settings } = parts;
  const exchangeParts: ExchangeParts = {
    intake,
    traffic,
    pathPrefix: settings.pathPrefix,
    maxBodyBytes: settings.maxBodyBytes,
    bodyRoom,
    turns: new Turns(),
    nowMs: () => clock.nowMs(),
    isStopping,
  };
  const begin = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void =>
    new Exchange(exchangeParts, request, response).begin(awaitsContinue);
  server.on('request', (request, response) => begin(request, response, false));
  server.on('checkContinue', (request, response) => begin(request, response, true));
  // Any other expectation can only be ignored: a 417 would keep the punches on the device for good.
  server.on('checkExpectation', (request, response) => begin(request, response, false));
}

/** Node's parser gave up on a connection. Good requests before stay good: their replies go out first. */
function onClientError(error: Error, socket: Socket, parts: DeviceServerParts): void {
  const { traffic, clock } = parts;
  const connection = connectionOf(socket);
  const isTimeout = codeOf(error) === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (!connection || !(isTimeout || codeOf(error).startsWith('HPE_'))) {
    socket.destroy();
    return;
  }
  // After its first error the parser reports every further packet as another.
  if (connection.spoiled) return;
  connection.spoiled = true;
  count(error, connection, { traffic, isTimeout });
  const others = connection.owed - (connection.isMidRequest ? 1 : 0);
  if (connection.isMidRequest) connection.receiving = null;
  if (others === 0) hangUp(socket, isTimeout ? TOO_SLOW_REPLY : UNREADABLE_REPLY, clock);
}

function count(
  error: Error,
  connection: Connection,
  { traffic, isTimeout }: { traffic: Traffic; isTimeout: boolean },
): void {
  if (isTimeout) traffic.counts.timedOut += 1;
  else if (connection.isMidRequest) traffic.counts.truncated += 1;
  else {
    const { rawPacket, bytesParsed } = error as Error & { rawPacket?: Uint8Array; bytesParsed?: number };
    traffic.unreadable(connection.remoteAddress, (rawPacket ?? new Uint8Array()).subarray(bytesParsed ?? 0));
  }
}

function wireHead(request: IncomingMessage, settings: ListenerSettings) {
  const { method = '', url = '', rawHeaders, httpVersion, socket } = request;
  const remoteAddress = connectionOf(socket)?.remoteAddress ?? '';
  const raw = { method, target: url, rawHeaders, httpVersion, body: new Uint8Array(), remoteAddress };
  return createWireRequest(raw, settings.pathPrefix);
}

function ignore(): void {
  // Deliberately nothing.
}
