import type { Socket } from 'node:net';
import type { Reply, WireRequest } from '../dialects/dialect.js';
import { createWireRequest, type RawRequest } from '../dialects/request.js';
import type { Clock } from '../forwarder/clock.js';
import { Body, type BodyRoom } from './body.js';
import type { Connection } from './connections.js';
import { hangUp, TOO_SLOW_REPLY, UNREADABLE_REPLY } from './hang-up.js';
import { type Examination, examineHead, readHead, withLength } from './head.js';
import type { Intake } from './intake.js';
import { keepsAlive, renderReply } from './reply.js';
import { LENGTHLESS_QUIET_MS, type ListenerSettings } from './settings.js';
import type { Traffic } from './traffic.js';
import { OVER_LIMIT_REPLY, replyToUnclaimed } from './unclaimed.js';
import { isOnlyLineEnds, readWholeRequest } from './whole-request.js';

export interface GateParts {
  readonly settings: ListenerSettings;
  readonly bodyRoom: BodyRoom;
  readonly intake: Intake;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly isStopping: () => boolean;
  /** Gives the connection to Node's parser, for good, with the bytes it is to see first. */
  handOver(socket: Socket, bytes: Buffer): void;
}

type CompleteHead = Extract<Examination, { kind: 'head' }>;

const NOTHING = Buffer.alloc(0);

/**
 * Where every connection begins. Whole small requests are answered here (the short road); heads are mended that Node
 * would refuse; silence and other protocols are told apart. The first request that needs more than that takes its
 * connection to Node's parser.
 *
 * States: waiting -> collecting (bytes, not yet a request) -> answering -> waiting
 *                    collecting -> measuring (complete head without length) -> answering | handed over | refused
 *                    collecting -> handed over | refused | turned away | expired
 */
export class Gate {
  readonly #parts: GateParts;
  readonly #connection: Connection;
  readonly #socket: Socket;
  #bytes: Buffer = NOTHING;
  /** Of `#bytes`, what room is taken for. */
  #heldBytes = 0;
  #lengthless: CompleteHead | null = null;
  #measuredSinceMs = 0;
  readonly #body: Body;
  #isAnswering = false;
  #hasServed = false;
  #hasEnded = false;
  #awaited: 'nothing' | 'head' | 'body' | 'close' = 'nothing';
  #cancelTimer: () => void = () => undefined;

  constructor(parts: GateParts, connection: Connection) {
    this.#parts = parts;
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#body = new Body(parts.bodyRoom, parts.settings.maxBodyBytes);
    this.#await('head', parts.settings.headerTimeoutMs);
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', this.#onEnd);
    this.#socket.on('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#lengthless) {
      this.#measure(this.#lengthless, chunk);
      return;
    }
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    // A client that does not wait for its answer is read on when it has it.
    if (this.#isAnswering) this.#socket.pause();
    else this.#read();
  };

  #read(): void {
    const { settings } = this.#parts;
    const whole = readWholeRequest(this.#bytes, settings, this.#connection.remoteAddress);
    if (whole === null) this.#examine();
    else if (whole === 'partial') this.#awaitRest('body', settings.bodyTimeoutMs);
    else this.#answer(whole);
  }

  #answer(whole: RawRequest): void {
    this.#stopWaiting();
    if (this.#heldBytes > 0) this.#giveRoomBack();
    this.#bytes = NOTHING;
    this.#isAnswering = true;
    this.#connection.begin();
    const request = createWireRequest(whole, this.#parts.settings.pathPrefix);
    this.#parts.intake.answer(request, (reply) => this.#reply(request, reply));
  }

  #reply(request: WireRequest, claimed: Reply | null): void {
    const { clock, traffic, isStopping } = this.#parts;
    const nowMs = clock.nowMs();
    const keepAlive = keepsAlive(request) && !this.#hasEnded && !isStopping();
    const reply = claimed ?? replyToUnclaimed(request, this.#socket, traffic);
    this.#connection.finish(nowMs);
    this.#isAnswering = false;
    this.#hasServed = true;
    const bytes = renderReply(reply, { nowMs, keepAlive, isHead: request.method === 'HEAD' });
    const isTaken = this.#socket.write(bytes, 'latin1');
    if (!keepAlive) this.#close();
    else if (!isTaken) this.#waitForDrain();
    else if (this.#bytes.length > 0) this.#readOn();
  }

  /** A client that sends but does not read gets no further: its replies must not fill the memory. */
  #waitForDrain(): void {
    this.#socket.pause();
    this.#socket.once('drain', () => this.#readOn());
  }

  #readOn(): void {
    this.#socket.resume();
    if (this.#bytes.length > 0) this.#read();
  }

  #examine(): void {
    const { maxHeaderBytes, headerTimeoutMs } = this.#parts.settings;
    const examined = examineHead(this.#bytes);
    if (examined.kind === 'foreign') this.#turnAway();
    else if (examined.kind === 'head') this.#onHead(examined);
    else if (this.#bytes.length > maxHeaderBytes) this.#refuse(this.#bytes, 'overLimit');
    else if (isOnlyLineEnds(this.#bytes, 0)) this.#bytes = NOTHING;
    else this.#awaitRest('head', headerTimeoutMs);
  }

  /** What there is of a request takes room like any body: of thousands of connections it is a lot, too. */
  #awaitRest(what: 'head' | 'body', timeoutMs: number): void {
    const moreBytes = this.#bytes.length - this.#heldBytes;
    if (!this.#parts.bodyRoom.take(moreBytes)) {
      this.#refuse(this.#bytes, 'overLimit');
      return;
    }
    this.#heldBytes += moreBytes;
    this.#await(what, timeoutMs);
  }

  #giveRoomBack(): void {
    this.#body.drop();
    this.#parts.bodyRoom.giveBack(this.#heldBytes);
    this.#heldBytes = 0;
  }

  #onHead(examined: CompleteHead): void {
    const { settings, traffic } = this.#parts;
    if (examined.head.length > settings.maxHeaderBytes) {
      this.#refuse(examined.head, 'overLimit');
      return;
    }
    if (examined.repaired) traffic.counts.repairedHeads += 1;
    if (examined.lengthless) this.#measure(examined, this.#bytes.subarray(examined.bodyAt));
    else if (examined.repaired) this.#readMended(examined.head, this.#bytes.subarray(examined.bodyAt));
    else this.#handOver();
  }

  #readMended(head: Buffer, body: Buffer): void {
    this.#bytes = Buffer.concat([head, body]);
    this.#read();
  }

  /**
   * No length: the body is what comes until the client closes its side. Without a close the end is unknown and a
   * body can't be told from a truncated one, so it is refused after a quiet while; an empty one is served.
   */
  #measure(examined: CompleteHead, chunk: Buffer): void {
    const { settings, clock } = this.#parts;
    if (this.#lengthless === null) this.#measuredSinceMs = clock.nowMs();
    this.#lengthless = examined;
    if (!this.#body.add(chunk)) {
      this.#refuse(examined.head, 'overLimit');
      return;
    }
    // A trickle that never pauses would put the end off for ever.
    if (clock.nowMs() - this.#measuredSinceMs > settings.bodyTimeoutMs) {
      this.#refuse(examined.head, 'lengthlessBodies');
      return;
    }
    this.#stopWaiting();
    this.#await('close', LENGTHLESS_QUIET_MS);
  }

  #onQuiet({ head }: CompleteHead): void {
    if (this.#body.length > 0) this.#refuse(head, 'lengthlessBodies');
    else this.#endMeasuring(head);
  }

  #endMeasuring(head: Buffer): void {
    const body = this.#body.bytes;
    this.#lengthless = null;
    this.#body.drop();
    this.#stopWaiting();
    this.#readMended(withLength(head, body.length), body);
  }

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    if (this.#isAnswering) return;
    const examined = this.#lengthless;
    if (examined) this.#endMeasuring(examined.head);
    else this.#socket.end();
  };

  readonly #onClose = (): void => {
    this.#stopWaiting();
    this.#giveRoomBack();
    const { traffic } = this.#parts;
    const { remoteAddress } = this.#connection;
    if (this.#bytes.length === 0) {
      if (!this.#hasServed && !this.#isAnswering) traffic.silent(remoteAddress);
    } else if (this.#bytes.includes(LF)) traffic.counts.truncated += 1;
    else this.#countUnreadable();
  };

  /** Starts the clock once per thing awaited: a trickle of bytes must not restart it. */
  #await(what: 'head' | 'body' | 'close', timeoutMs: number): void {
    if (this.#awaited === what) return;
    this.#stopWaiting();
    this.#awaited = what;
    this.#cancelTimer = this.#parts.clock.after(timeoutMs, () => this.#expire());
    // A request that is half here counts as under way: it is not closed as idle.
    if (what === 'body') this.#connection.begin();
  }

  #stopWaiting(): void {
    if (this.#awaited === 'nothing') return;
    if (this.#awaited === 'body') this.#connection.finish(this.#parts.clock.nowMs());
    this.#awaited = 'nothing';
    this.#cancelTimer();
  }

  #expire(): void {
    const { traffic, clock } = this.#parts;
    if (this.#lengthless) this.#onQuiet(this.#lengthless);
    else if (this.#bytes.length === 0) {
      // Nothing was asked, so nothing is answered; the close counts it as silent.
      this.#socket.destroy();
    } else {
      traffic.counts.timedOut += 1;
      this.#leave();
      hangUp(this.#socket, TOO_SLOW_REPLY, clock);
    }
  }

  #handOver(): void {
    this.#leave();
    this.#parts.handOver(this.#socket, this.#bytes);
    // The parser came too late to hear it.
    if (this.#hasEnded) this.#socket.emit('end');
  }

  /** The dialect's "try again" from what there is of a head. */
  #refuse(head: Buffer, why: 'overLimit' | 'lengthlessBodies'): void {
    const { traffic, intake, settings, clock } = this.#parts;
    traffic.counts[why] += 1;
    this.#leave();
    const raw = { ...readHead(head), body: NOTHING, remoteAddress: this.#connection.remoteAddress };
    const reply = intake.refuse(createWireRequest(raw, settings.pathPrefix), STATUS[why]);
    hangUp(this.#socket, reply ?? OVER_LIMIT_REPLY, clock);
  }

  #turnAway(): void {
    this.#countUnreadable();
    this.#leave();
    if (this.#hasServed) hangUp(this.#socket, UNREADABLE_REPLY, this.#parts.clock);
    else this.#socket.destroy();
  }

  /** Behind a good request it is a wrong Content-Length; at the beginning it is another protocol. */
  #countUnreadable(): void {
    const { traffic } = this.#parts;
    const { remoteAddress } = this.#connection;
    if (this.#hasServed) traffic.unreadable(remoteAddress, this.#bytes);
    else traffic.foreign(remoteAddress, this.#bytes);
  }

  #close(): void {
    this.#leave();
    this.#socket.destroySoon();
  }

  #leave(): void {
    this.#stopWaiting();
    this.#giveRoomBack();
    this.#socket.off('data', this.#onData);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onClose);
  }
}

const LF = 10;
/** Too large; length required. */
const STATUS = { overLimit: 413, lengthlessBodies: 411 } as const;
