import { renderFrame } from '../dialects/fkweb/frame.js';
import type {
  CreateDevice,
  DeviceReply,
  DeviceRequest,
  ReplyOutcome,
  SimulatedDevice,
  SimulatedPunch,
} from './device.js';
import {
  type FkwebCommand,
  packIoMode,
  packVerifyMode,
  parseCommand,
  renderResult,
} from './fkweb-commands.js';

/**
 * A HIP terminal of the FK family, framed dialect with HS103 layouts (fkweb.md part 1).
 *
 * It says, in this order of preference: the result of a command, the oldest punch that is not acknowledged, an
 * enrolment now and then, a poll. A message longer than a part goes out in parts 1, 2 … 0, each to be answered OK.
 *
 *   saying a message -> next part      OK
 *                    -> part 1 again   an error word, or silence: the terminal starts over
 *                    -> done           OK for part 0; a punch leaves the queue only now
 *
 * Strictly in order: one refused punch holds back all later ones (1.9). There is no greeting, so silence only makes it
 * start the same message over.
 */
export const createFkwebDevice: CreateDevice = (settings) => new FkwebDevice(settings.sn);

/** What the terminal remembers for `GET_LOG_DATA`; real ones hold up to 200,000. */
const MEMORY = 10_000;
/** Parts of 8 KB were seen (1.5). */
const PART_BYTES = 8_192;
const PHOTO_BYTES = 12_000;
const PUNCHES_PER_PHOTO = 10;
const PUNCHES_PER_ENROLMENT = 50;
/** S6 on hardware. */
const POLL_DELAY_MS = 10_000;
/** The R6 tries again after 3 to 4 s (1.9). */
const RETRY_DELAY_MS = 3_000;
/** Where the clock stands after a loss of power (1.9), until a SET_TIME. */
const FACTORY_TIME = '20150101000000';

interface Message {
  readonly requestCode: string;
  readonly transId: string;
  readonly frame: Uint8Array;
  readonly purpose: DeviceRequest['purpose'];
  readonly punches: number;
}

class FkwebDevice implements SimulatedDevice {
  readonly sn: string;
  readonly pollDelayMs = POLL_DELAY_MS;
  readonly retryDelayMs = RETRY_DELAY_MS;
  readonly #queue: SimulatedPunch[] = [];
  #memory: SimulatedPunch[] = [];
  readonly #results: Message[] = [];
  #enrolmentDue = false;
  #acknowledged = 0;
  /** A terminal polls once when it starts and once when its queue has run empty. */
  #pollDue = true;
  /** 14 digits to be told with the next poll; null when there is nothing new to tell. */
  #clock: string | null = FACTORY_TIME;
  #message: Message | null = null;
  #sentBytes = 0;
  #partNo = 0;

  constructor(sn: string) {
    this.sn = sn;
  }

  get unacknowledged(): number {
    return this.#queue.length;
  }

  get busy(): boolean {
    return this.#choose() !== 'poll' || this.#pollDue;
  }

  punch(punch: SimulatedPunch): void {
    this.#queue.push(punch);
  }

  next(): DeviceRequest {
    this.#message ??= this.#render();
    const { frame, requestCode, transId, purpose, punches } = this.#message;
    const body = frame.subarray(this.#sentBytes, this.#sentBytes + PART_BYTES);
    const isLast = this.#sentBytes + body.length === frame.length;
    const headers = this.#headers({ requestCode, transId, blockNo: isLast ? 0 : this.#partNo + 1, body });
    const request = { purpose, method: 'POST', target: '/', headers, body } as const;
    return { ...request, httpVersion: '1.0', punches: isLast ? punches : 0 };
  }

  read(reply: DeviceReply | null): ReplyOutcome {
    const message = this.#message;
    const nothing = { acknowledged: [], commands: 0 };
    if (message === null || reply === null) {
      this.#startOver();
      return { verdict: 'silent', ...nothing };
    }
    const code = reply.headers.get('response_code') ?? '';
    const isPoll = message.requestCode === 'receive_cmd';
    if (reply.status !== 200 || !(code === 'OK' || (isPoll && code === 'ERROR_NO_CMD'))) {
      this.#startOver();
      return { verdict: 'refused', ...nothing };
    }
    this.#sentBytes = Math.min(message.frame.length, this.#sentBytes + PART_BYTES);
    this.#partNo += 1;
    if (this.#sentBytes < message.frame.length) return { verdict: 'understood', ...nothing };
    this.#message = null;
    this.#startOver();
    if (isPoll) return { verdict: 'understood', acknowledged: [], commands: this.#obey(reply) };
    return { verdict: 'understood', acknowledged: this.#settle(message), commands: 0 };
  }

  #startOver(): void {
    this.#sentBytes = 0;
    this.#partNo = 0;
  }

  #choose(): 'result' | 'punch' | 'enrolment' | 'poll' {
    if (this.#results.length > 0) return 'result';
    // The very first thing a terminal does when it is switched on is to ask.
    if (this.#pollDue && this.#acknowledged === 0) return 'poll';
    if (this.#queue.length > 0) return 'punch';
    return this.#enrolmentDue ? 'enrolment' : 'poll';
  }

  #render(): Message {
    switch (this.#choose()) {
      case 'result':
        return this.#results[0]!;
      case 'punch':
        return this.#renderPunch(this.#queue[0]!);
      case 'enrolment':
        return this.#renderEnrolment();
      case 'poll':
        return this.#renderPoll();
    }
  }

  #renderPunch({ userId, time, status, verify }: SimulatedPunch): Message {
    const hasPhoto = (this.#acknowledged + 1) % PUNCHES_PER_PHOTO === 0;
    const json = {
      fk_bin_data_lib: 'FKDataHS103',
      io_mode: packIoMode(status),
      io_time: digits(time),
      log_image: hasPhoto ? 'BIN_1' : null,
      user_id: userId,
      verify_mode: packVerifyMode(verify),
    };
    const frame = renderFrame(json, hasPhoto ? [renderPhoto()] : []);
    return {
      requestCode: 'realtime_glog',
      transId: 'RTLogSendAction',
      frame,
      purpose: 'punches',
      punches: 1,
    };
  }

  #renderEnrolment(): Message {
    const json = {
      enroll_data_array: [{ backup_number: 0, enroll_data: 'BIN_1' }],
      user_id: this.#memory.at(-1)?.userId ?? '1',
      user_name: 'Simulated',
      user_privilege: 'USER',
    };
    const frame = renderFrame(json, [new Uint8Array(PART_BYTES + 100).fill(2)]);
    const transId = 'RTEnrollDataAction';
    return { requestCode: 'realtime_enroll_data', transId, frame, purpose: 'report', punches: 0 };
  }

  #renderPoll(): Message {
    const info = {
      firmware: 'SIM-FK v1.0',
      firmware_filename: 'sim_fk',
      fk_bin_data_lib: 'FKDataHS103',
      fp_data_ver: 128,
      supported_enroll_data: ['PASSWORD', 'IDCARD', 'FACE', 'FP'],
    };
    const clock = this.#clock === null ? {} : { fk_time: this.#clock };
    const frame = renderFrame({ fk_info: info, fk_name: 'SIM-FKWEB', ...clock });
    return {
      requestCode: 'receive_cmd',
      transId: 'ReceiveCommandAction',
      frame,
      purpose: 'poll',
      punches: 0,
    };
  }

  /** The whole message has arrived; returns what was acknowledged for the first time. */
  #settle({ requestCode }: Message): readonly SimulatedPunch[] {
    if (requestCode === 'send_cmd_result') {
      this.#results.shift();
      // After a result the terminal asks again at once (1.11).
      this.#pollDue = true;
    } else if (requestCode === 'realtime_enroll_data') this.#enrolmentDue = false;
    if (requestCode !== 'realtime_glog') return [];
    const punch = this.#queue.shift()!;
    this.#memory.push(punch);
    if (this.#memory.length > 2 * MEMORY) this.#memory = this.#memory.slice(-MEMORY);
    this.#acknowledged += 1;
    if (this.#acknowledged % PUNCHES_PER_ENROLMENT === 0) this.#enrolmentDue = true;
    this.#pollDue ||= this.#queue.length === 0;
    return [punch];
  }

  /** Takes in what the answer to a poll asks for; returns how many commands came. */
  #obey(reply: DeviceReply): number {
    this.#pollDue = false;
    // Told once: nothing here ticks, and a clock that stands still would look wrong to whoever watches it.
    if (this.#clock !== FACTORY_TIME) this.#clock = null;
    const command = parseCommand(reply.headers, reply.body);
    if (command === null) return 0;
    this.#carryOut(command);
    return 1;
  }

  #carryOut(command: FkwebCommand): void {
    if (command.code === 'SET_TIME') this.#clock = String(command.parameters.time ?? FACTORY_TIME);
    if (command.code === 'RESET_FK') this.#pollDue = true;
    const frame = renderResult(command, { punches: this.#memory, waiting: this.#queue.length });
    if (frame === null) return;
    const transId = command.id;
    this.#results.push({ requestCode: 'send_cmd_result', transId, frame, purpose: 'report', punches: 0 });
  }

  /** The captured firmwares send `Content-Type` twice (1.1). */
  #headers(part: {
    readonly requestCode: string;
    readonly transId: string;
    readonly blockNo: number;
    readonly body: Uint8Array;
  }): DeviceRequest['headers'] {
    return [
      ['User-Agent', 'Mozilla/4.0'],
      ['Accept', 'image/gif, image/x-xbitmap, image/jpeg, */*'],
      ['Content-Type', 'application/octet-stream'],
      ['request_code', part.requestCode],
      ['trans_id', part.transId],
      ['dev_id', this.sn],
      ['blk_no', String(part.blockNo)],
      ['blk_len', String(part.body.length)],
      ...(part.requestCode === 'send_cmd_result' ? [['cmd_return_code', 'OK'] as const] : []),
      ['Content-Type', 'application/octet-stream'],
    ];
  }
}

function digits(time: string): string {
  return time.replace(/\D/g, '');
}

/** Long enough for two parts, and a JPEG by its first bytes. */
function renderPhoto(): Uint8Array {
  const photo = new Uint8Array(PHOTO_BYTES).map((_, i) => i & 0xff);
  photo.set([0xff, 0xd8, 0xff, 0xe0]);
  return photo;
}
