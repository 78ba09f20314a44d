import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply, WireRequest } from '../dialects/dialect.js';
import { createWireRequest } from '../dialects/request.js';
import { Body, type BodyRoom } from './body.js';
import { type Connection, connectionOf } from './connections.js';
import type { Intake } from './intake.js';
import { keepsAlive, writeReply } from './reply.js';
import type { Traffic } from './traffic.js';
import type { Turns } from './turns.js';
import { OVER_LIMIT_REPLY, replyToUnclaimed } from './unclaimed.js';
import { SHORT_ROAD_BYTES } from './whole-request.js';

export interface ExchangeParts {
  readonly intake: Intake;
  readonly traffic: Traffic;
  readonly pathPrefix: string;
  readonly maxBodyBytes: number;
  readonly bodyRoom: BodyRoom;
  /** For large bodies. */
  readonly turns: Turns;
  readonly nowMs: () => number;
  /** True once the listener is stopping: every reply then closes its connection. */
  readonly isStopping: () => boolean;
}

const NOTHING = Buffer.alloc(0);

/** One request on the long road, and its reply; collects the body, keeps the limits, decides about keep-alive. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #connection: Connection;
  readonly #body: Body;
  #overLimit = false;
  #hasEnded = false;

  constructor(parts: ExchangeParts, request: IncomingMessage, response: ServerResponse) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
    this.#connection = connectionOf(request.socket)!;
    this.#body = new Body(parts.bodyRoom, parts.maxBodyBytes);
  }

  /** @param awaitsContinue the client sends its body only when told to (`Expect: 100-continue`) */
  begin(awaitsContinue = false): void {
    const { maxBodyBytes } = this.#parts;
    this.#connection.begin();
    const announced = Number(this.#request.headers['content-length'] ?? 0);
    if (announced > maxBodyBytes) this.#overLimit = true;
    if (this.#overLimit && awaitsContinue) {
      this.#end();
      return;
    }
    if (awaitsContinue) this.#response.writeContinue();
    this.#connection.receiving = this.#request;
    this.#request.on('data', (chunk: Buffer) => this.#collect(chunk));
    this.#request.on('end', () => this.#end());
    this.#request.once('close', () => this.#onClose());
  }

  /** What is too much is read on and thrown away: a device reads its answer only after it has sent everything. */
  #collect(chunk: Buffer): void {
    if (this.#overLimit) return;
    if (this.#body.add(chunk)) return;
    this.#overLimit = true;
    this.#body.drop();
  }

  /** What has come whole keeps its room until it is answered, though its sender be gone. */
  #onClose(): void {
    if (!this.#hasEnded) this.#body.drop();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#connection.receiving = null;
    const { intake, traffic, turns } = this.#parts;
    if (this.#overLimit || this.#hasNoLength()) {
      if (this.#overLimit) traffic.counts.overLimit += 1;
      else traffic.counts.lengthlessBodies += 1;
      const head = this.#wireRequest(NOTHING);
      this.#reply(intake.refuse(head, this.#overLimit ? 413 : 411) ?? OVER_LIMIT_REPLY, false);
      return;
    }
    if (this.#body.length <= SHORT_ROAD_BYTES) this.#answer(() => undefined);
    else turns.take(() => this.#answer(() => turns.pass()));
  }

  #answer(done: () => void): void {
    const { intake, traffic } = this.#parts;
    const wire = this.#wireRequest(this.#body.bytes);
    intake.answer(wire, (reply) => {
      this.#body.drop();
      this.#reply(reply ?? replyToUnclaimed(wire, this.#request.socket, traffic), keepsAlive(wire));
      done();
    });
  }

  /**
   * A POST behind the first of a connection that does not say how long it is. Its data, if any, would be taken for
   * the next request, so it is not acknowledged; on a new connection the gate finds out what it means.
   */
  #hasNoLength(): boolean {
    const { method, headers } = this.#request;
    return (
      (method === 'POST' || method === 'PUT') &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined
    );
  }

  #wireRequest(body: Buffer): WireRequest {
    const { method = '', url = '', rawHeaders, httpVersion } = this.#request;
    const { remoteAddress } = this.#connection;
    return createWireRequest(
      { method, target: url, rawHeaders, httpVersion, body, remoteAddress },
      this.#parts.pathPrefix,
    );
  }

  #reply(reply: Reply, keepAlive: boolean): void {
    const nowMs = this.#parts.nowMs();
    this.#connection.finish(nowMs);
    writeReply(this.#response, reply, {
      nowMs,
      keepAlive: keepAlive && !this.#connection.spoiled && !this.#parts.isStopping(),
      isHead: this.#request.method === 'HEAD',
    });
  }
}
