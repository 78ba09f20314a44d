import { countOf } from '../count.js';
import type { DeviceRequest, ReplyOutcome } from './device.js';

/** What a run came to; the keys are those of `hip simulate --json`. */
export interface SimulationSummary {
  readonly outcome: 'done' | 'gave-up' | 'interrupted';
  readonly dialect: string;
  readonly target: string;
  readonly devices: number;
  readonly seed: number;
  /** Wall clock of the first punches: with the seed, all that is needed to repeat the run. */
  readonly startAt: string;
  /** Punches on the wire, repeats included. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Punches that nobody has acknowledged. */
  readonly unacknowledged: number;
  readonly requests: number;
  /** Replies that no firmware takes for success. */
  readonly refused: number;
  /** Requests without a complete reply. */
  readonly unanswered: number;
  readonly commands: number;
  readonly seconds: number;
  /** Acknowledged punches per second. */
  readonly rate: number;
}

/** Counts while a run goes on. */
export class Totals {
  sent = 0;
  acknowledged = 0;
  requests = 0;
  refused = 0;
  unanswered = 0;
  commands = 0;

  add(request: DeviceRequest, outcome: ReplyOutcome): void {
    this.requests += 1;
    this.sent += request.punches;
    this.acknowledged += outcome.acknowledged.length;
    this.commands += outcome.commands;
    if (outcome.verdict === 'refused') this.refused += 1;
    if (outcome.verdict === 'silent') this.unanswered += 1;
  }
}

/** The final line for people. */
export function renderSummary(summary: SimulationSummary): string {
  const { sent, acknowledged, unacknowledged, refused, unanswered, seconds, rate } = summary;
  const end = { done: '', 'gave-up': 'Gave up: ', interrupted: 'Interrupted: ' }[summary.outcome];
  const retries = `${refused} refused, ${unanswered} unanswered`;
  return (
    `${end}${sent} sent, ${acknowledged} acknowledged, ${unacknowledged} unacknowledged; ` +
    `${countOf(summary.requests, 'request')} (${retries}), ${countOf(summary.commands, 'command')}; ` +
    `${seconds.toFixed(1)} s, ${rate.toFixed(1)} punches/s`
  );
}
