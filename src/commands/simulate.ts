import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { countOf, countPunches } from '../lib/count.js';
import { EXIT, HipError } from '../lib/errors.js';
import { createStopSignal } from '../lib/shell/terminal/stop-signal.js';
import { identifyRun, isThisPc, parseRate, parseTarget } from '../lib/simulate/arguments.js';
import { SIMULATED_DIALECTS, simulate } from '../lib/simulate/simulation.js';
import { renderSummary, type SimulationSummary } from '../lib/simulate/totals.js';

export default class Simulate extends BaseCommand {
  static override summary = 'Act as devices that send invented punches: for demos, tests and load.';
  static override description =
    'A hip serve at the target keeps and delivers these punches like any other. A run ends by itself when all are ' +
    'acknowledged, or when a device has given up; Ctrl-C ends it at once, with the summary. Exit code 3: something ' +
    'stayed unacknowledged. The same seed always makes the same punches.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --devices 20 --rate 10 --count 200',
    '<%= config.bin %> <%= command.id %> --devices 50 --count 100000 --batch 1 --seed 7',
  ];

  static override flags = {
    dialect: Flags.option({ options: Object.keys(SIMULATED_DIALECTS) })({
      summary: 'What the devices speak.',
      default: 'adms',
    }),
    devices: Flags.integer({ summary: 'How many devices.', default: 1, min: 1, max: 9_999 }),
    rate: Flags.string({ summary: 'Punches per second in all; 0 is as fast as possible.', default: '0' }),
    count: Flags.integer({ summary: 'Punches in all.', default: 100, min: 1 }),
    target: Flags.string({
      summary: 'Where to send them.',
      default: 'http://127.0.0.1:9090',
      helpValue: 'URL',
    }),
    seed: Flags.integer({ summary: 'Makes a run repeatable; a new one by default.', min: 0 }),
    start: Flags.string({ summary: 'Device time of the first punches.', helpValue: 'TIME' }),
    batch: Flags.integer({ summary: 'Most punches in one request.', default: 128, min: 1, max: 5_000 }),
    close: Flags.boolean({ summary: 'A new connection for every request.' }),
    ledger: Flags.string({ summary: 'Append every acknowledged punch as NDJSON.', helpValue: 'FILE' }),
    linger: Flags.integer({
      summary: 'Seconds that devices stay on afterwards, for commands.',
      default: 0,
      min: 0,
      helpValue: 'SECONDS',
    }),
    poll: Flags.integer({
      summary: 'Milliseconds between two polls; as the devices do by default.',
      min: 10,
    }),
    attempts: Flags.integer({
      summary: 'Failures in a row until a device gives up; 0: only --give-up ends it.',
      default: 0,
      min: 0,
    }),
    'give-up': Flags.integer({
      summary: 'Seconds of nothing but failures until a device gives up.',
      default: 30,
      min: 1,
    }),
  };

  async run(): Promise<SimulationSummary> {
    const { flags } = await this.parse(Simulate);
    const { dialect, devices, count, batch, attempts } = flags;
    const target = parseTarget(flags.target);
    const run = { punchesPerDevice: Math.ceil(count / devices), now: new Date() };
    const identity = identifyRun({ seed: flags.seed, start: flags.start }, run);
    const rate = parseRate(flags.rate);
    this.log(
      `${countOf(devices, `${dialect} device`)}, ${countPunches(count)} to ${target.origin}, seed ${identity.seed}`,
    );
    if (!isThisPc(target)) this.warn(`${target.origin} is not this PC; it is sent invented punches.`);
    const stop = createStopSignal();
    const linger = { lingerMs: flags.linger * 1000, pollMs: flags.poll ?? null };
    const patience = { attempts, giveUpMs: flags['give-up'] * 1000 };
    const pace = { count, rate, ...linger, ...patience };
    const line = { keepAlive: !flags.close, ledgerFile: flags.ledger ?? null };
    const settings = { dialect, target, devices, batch, ...identity, ...pace, ...line };
    const onSilence = (): void =>
      this.logToStderr(`Waiting for ${target.origin}, which gives no answer yet; Ctrl-C ends it.`);
    const summary = await simulate({ ...settings, onSilence }, stop.signal);
    stop.end();
    this.log(renderSummary(summary));
    const isDeaf = summary.requests > 0 && summary.unanswered === summary.requests;
    if (isDeaf && summary.outcome !== 'interrupted') throw unreachable(target);
    if (summary.unacknowledged > 0) this.exitWith(EXIT.unreachable);
    return summary;
  }
}

function unreachable(target: URL): HipError {
  return new HipError('HIP_TARGET_UNREACHABLE', `Nothing at ${target.origin} gives an answer.`, {
    suggestions: ['Start hip serve there, or name another address with --target'],
  });
}
