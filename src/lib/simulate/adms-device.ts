import { wallSeconds } from '../punch.js';
import { type AdmsCommand, parseCommands, renderResults, type Window } from './adms-commands.js';
import type {
  CreateDevice,
  DeviceReply,
  DeviceRequest,
  ReplyOutcome,
  SimulatedDevice,
  SimulatedDeviceSettings,
  SimulatedPunch,
} from './device.js';

/**
 * An attendance terminal that speaks ADMS 2.4.1 (adms.md sections 4 to 8 and 11).
 *
 *   greeting -> options -> first poll (with INFO) -> at work: operation lines, punches, results, polls
 *   any -> greeting      no reply came, or a command (CHECK, REBOOT) makes it read its options again
 *
 * A batch of punches stays the same until it is acknowledged. Acknowledged punches stay in the terminal's memory:
 * `ATTLOGStamp=0` and `DATA QUERY ATTLOG` bring them again.
 */
export const createAdmsDevice: CreateDevice = (settings) => new AdmsDevice(settings);

/** What the terminal remembers for replays; real ones hold 100,000 and more. */
const MEMORY = 10_000;
/** Spec default when the server names no `Delay` (seconds between polls). */
const DEFAULT_DELAY_S = 10;
/** Real terminals poll in between even while they upload. */
const UPLOADS_PER_POLL = 20;
/** Somebody opens the menu about this often. */
const PUNCHES_PER_OPERATION = 50;

type Kind = 'greeting' | 'options' | 'first-poll' | 'operation' | 'punches' | 'results' | 'poll';

interface Batch {
  readonly punches: readonly SimulatedPunch[];
  readonly replay: boolean;
}

class AdmsDevice implements SimulatedDevice {
  readonly sn: string;
  readonly #batchSize: number;
  readonly #queue: SimulatedPunch[] = [];
  #memory: SimulatedPunch[] = [];
  #replay: SimulatedPunch[] = [];
  #batch: Batch | null = null;
  #steps: Kind[] = ['greeting', 'options', 'first-poll'];
  #said: Kind = 'poll';
  #results: AdmsCommand[] = [];
  #operation: string | null = null;
  #untilOperation = PUNCHES_PER_OPERATION;
  #uploads = 0;
  #delayS = DEFAULT_DELAY_S;

  constructor({ sn, batch }: SimulatedDeviceSettings) {
    this.sn = sn;
    this.#batchSize = batch;
  }

  get unacknowledged(): number {
    return this.#queue.length + (this.#batch && !this.#batch.replay ? this.#batch.punches.length : 0);
  }

  get busy(): boolean {
    return this.#choose() !== 'poll' || this.#uploads >= UPLOADS_PER_POLL;
  }

  get pollDelayMs(): number {
    return this.#delayS * 1000;
  }

  punch(punch: SimulatedPunch): void {
    this.#queue.push(punch);
  }

  next(): DeviceRequest {
    this.#said = this.#choose();
    return this.#render(this.#said);
  }

  read(reply: DeviceReply | null): ReplyOutcome {
    if (reply === null) {
      this.#steps = ['greeting', 'options', 'first-poll'];
      return { verdict: 'silent', acknowledged: [], commands: 0 };
    }
    const text = new TextDecoder().decode(reply.body);
    if (reply.status !== 200 || !isSuccess(this.#said, text)) {
      return { verdict: 'refused', acknowledged: [], commands: 0 };
    }
    return { verdict: 'understood', acknowledged: this.#settle(), commands: this.#obey(text) };
  }

  #choose(): Kind {
    const step = this.#steps[0];
    if (step) return step;
    if (this.#operation !== null) return 'operation';
    if (this.#uploads >= UPLOADS_PER_POLL) return 'poll';
    if (this.#results.length > 0 && this.#replay.length === 0 && !this.#batch?.replay) return 'results';
    return this.#batch || this.#replay.length > 0 || this.#queue.length > 0 ? 'punches' : 'poll';
  }

  #render(kind: Kind): DeviceRequest {
    const cdata = `/iclock/cdata?SN=${this.sn}`;
    switch (kind) {
      case 'greeting':
        return get(
          'greeting',
          `${cdata}&options=all&language=69&pushver=2.4.1&DeviceType=att&PushOptionsFlag=1`,
        );
      case 'options':
        return post('report', `${cdata}&table=options`, this.#facts().join(','));
      case 'first-poll':
        return get('poll', `/iclock/getrequest?SN=${this.sn}&INFO=${this.#info()}`);
      case 'poll':
        return get('poll', `/iclock/getrequest?SN=${this.sn}`);
      case 'operation':
        return post('report', `${cdata}&table=OPERLOG&OpStamp=9999`, `${this.#operation}\n`);
      case 'results':
        return post(
          'report',
          `/iclock/devicecmd?SN=${this.sn}`,
          renderResults(
            this.#results,
            [`SN=${this.sn}`, ...this.#facts()],
            (asked) => this.#within(asked).length,
          ),
        );
      case 'punches':
        return this.#renderBatch(cdata);
    }
  }

  #renderBatch(cdata: string): DeviceRequest {
    this.#batch ??=
      this.#replay.length > 0
        ? { punches: this.#replay.splice(0, this.#batchSize), replay: true }
        : { punches: this.#queue.splice(0, this.#batchSize), replay: false };
    const { punches } = this.#batch;
    const stamp = wallSeconds(punches.at(-1)!.time);
    const body = punches.map(renderPunch).join('');
    return { ...post('punches', `${cdata}&table=ATTLOG&Stamp=${stamp}`, body), punches: punches.length };
  }

  /** Notes that what was said has arrived; returns what was acknowledged for the first time. */
  #settle(): readonly SimulatedPunch[] {
    if (this.#said === this.#steps[0]) this.#steps.shift();
    if (this.#said === 'operation') this.#operation = null;
    if (this.#said === 'results') this.#finishResults();
    if (this.#said === 'poll') this.#uploads = 0;
    if (this.#said !== 'punches' || !this.#batch) return [];
    const { punches, replay } = this.#batch;
    this.#batch = null;
    this.#uploads += 1;
    if (replay) return [];
    this.#remember(punches);
    return punches;
  }

  #finishResults(): void {
    const rereads = this.#results.some(({ verb }) => verb === 'CHECK' || verb === 'REBOOT');
    this.#results = [];
    if (rereads) this.#steps = ['greeting', 'options', 'first-poll'];
  }

  #remember(punches: readonly SimulatedPunch[]): void {
    this.#memory.push(...punches);
    if (this.#memory.length > 2 * MEMORY) this.#memory = this.#memory.slice(-MEMORY);
    this.#untilOperation -= punches.length;
    if (this.#untilOperation > 0) return;
    this.#untilOperation = PUNCHES_PER_OPERATION;
    this.#operation = `OPLOG 4\t0\t${punches.at(-1)!.time}\t0\t0\t0\t0`;
  }

  /** Takes in what the reply asks for; returns how many commands came. */
  #obey(text: string): number {
    if (this.#said === 'greeting') this.#readOptions(text);
    if (this.#said !== 'poll' && this.#said !== 'first-poll') return 0;
    const known = new Set(this.#results.map(({ id }) => id));
    const commands = parseCommands(text).filter(({ id }) => !known.has(id) && known.add(id));
    this.#results.push(...commands);
    for (const { window, asksUsers } of commands) {
      if (window !== null) this.#replay.push(...this.#within(window));
      if (asksUsers) this.#operation = renderUsers(this.#memory);
    }
    return commands.length;
  }

  #within({ from, to }: Window): readonly SimulatedPunch[] {
    return this.#memory.filter(({ time }) => time >= from && time <= to);
  }

  #readOptions(text: string): void {
    const options = new Map(text.split(/\r?\n/).map((line) => splitOnce(line)));
    this.#delayS = Number(options.get('Delay')) || DEFAULT_DELAY_S;
    // 0 is "resend everything" (section 6), the only stamp value that all firmware takes the same way.
    if (options.get('ATTLOGStamp') === '0') this.#replay = [...this.#memory];
  }

  /** Key=value as in `table=options`; one value holds a comma, as real ones do (section 8.4). */
  #facts(): readonly string[] {
    return [
      '~DeviceName=SIM-ADMS',
      `~SerialNumber=${this.sn}`,
      '~OEMVendor=HIP SIMULATOR CO., LTD.',
      'FWVersion=Ver 1.0.0-simulated',
      'PushVersion=Ver 2.4.1',
      'IPAddress=127.0.0.1',
      'UserCount=400',
      `TransactionCount=${this.#memory.length + this.unacknowledged}`,
    ];
  }

  #info(): string {
    return encodeURIComponent(`Ver 1.0.0-simulated,400,400,${this.#memory.length},127.0.0.1,10,7,0,0,111`);
  }
}

function isSuccess(said: Kind, text: string): boolean {
  if (said === 'greeting') return text.startsWith('GET OPTION FROM:');
  return text.startsWith('OK') || ((said === 'poll' || said === 'first-poll') && text.startsWith('C:'));
}

/** The shape of a SpeedFace-V5L: ten columns, 255 in the mask column, a trailing TAB (section 8.1). */
function renderPunch({ userId, time, status, verify }: SimulatedPunch): string {
  return `${userId}\t${time}\t${status}\t${verify}\t0\t0\t0\t255\t0\t0\t\n`;
}

/** Fields of an attendance terminal; the password is what a receiver must not keep (section 8.2). */
function renderUsers(memory: readonly SimulatedPunch[]): string {
  return [...new Set(memory.map(({ userId }) => userId))]
    .map(
      (id) => `USER PIN=${id}\tName=Simulated ${id}\tPri=0\tPasswd=4711\tCard=\tGrp=1\tTZ=0000000100000000`,
    )
    .join('\n');
}

function splitOnce(line: string): [string, string] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
}

/** Headers of current firmware (section 3). */
const HEADERS = [
  ['User-Agent', 'iClock Proxy/1.09'],
  ['Accept', '*/*'],
] as const;

function get(purpose: DeviceRequest['purpose'], target: string): DeviceRequest {
  return { purpose, method: 'GET', target, headers: HEADERS, body: '', punches: 0 };
}

function post(purpose: DeviceRequest['purpose'], target: string, body: string): DeviceRequest {
  const headers = [...HEADERS, ['Content-Type', 'text/plain']] as const;
  return { purpose, method: 'POST', target, headers, body, punches: 0 };
}
