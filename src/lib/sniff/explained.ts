import type { CommandResult, DeviceState, DialectName, Dropped } from '../dialects/dialect.js';
import type { Punch } from '../punch.js';
import type { ConnectionEnd, ForeignTraffic, SniffedExchange, SniffNotice } from './exchange.js';

/**
 * What an observation means: made by the explainer, read by the views, the case folders and the summary. Nothing in
 * it is a template, a photo, a password or a key, except the bytes of the exchange that it was made of.
 */
export type Explained = ExplainedExchange | ExplainedForeign | ExplainedEnd | ExplainedNotice;

export interface ExplainedExchange {
  readonly kind: 'exchange';
  readonly exchange: SniffedExchange;
  /** Null: no dialect claims it. */
  readonly dialect: DialectName | null;
  readonly deviceSn: string | null;
  /** One word for names and counts: `handshake`, `poll`, `punches`, `photo`, … */
  readonly what: string;
  /** What the terminal wants, for people. */
  readonly sentence: string;
  /** What the request says in detail, one line each, bounded. */
  readonly details: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
  /** The terminal's clock as this request tells it; `aheadSeconds` by this PC's clock in the configured zone. */
  readonly clock: { readonly time: string; readonly aheadSeconds: number } | null;
  readonly punches: readonly Punch[];
  readonly unread: readonly { readonly reason: string; readonly bytes: number }[];
  readonly skipped: number;
  readonly dropped: readonly Dropped[];
  readonly commandResults: readonly CommandResult[];
  /** What `hip serve` answers when everything is on disk; null: a request that is not whole is not answered. */
  readonly serveReply: PlainReply | null;
  /** That answer is the listener's own: it takes nothing of the request, whatever the dialect finds in it. */
  readonly isRefused: boolean;
  /** What has to be so for that answer; see {@link Premise}. */
  readonly premise: Premise;
  readonly advice: readonly Advice[];
}

/** What `hip serve` must know beforehand to read the request in this way and to answer it so. */
export interface Premise {
  /** What the journal holds of the device; null where a journal that never saw it would do. */
  readonly device: DeviceState | null;
  /** Numbers of the exchanges that brought the leading parts of this message, in order. */
  readonly parts: readonly number[];
  /** This PC's wall clock at the request. */
  readonly wallNow: string;
  readonly utcOffsetMinutes: number;
}

/** A reply taken apart; `Date` is left out of the one that is expected of `hip serve`. */
export interface PlainReply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

export interface ExplainedForeign {
  readonly kind: 'foreign';
  readonly traffic: ForeignTraffic;
  readonly what: string;
  readonly sentence: string;
  readonly advice: readonly Advice[];
}

export interface ExplainedEnd {
  readonly kind: 'end';
  readonly end: ConnectionEnd;
  /** Null where there is nothing to say: the connection brought requests and was closed. */
  readonly sentence: string | null;
  readonly advice: readonly Advice[];
}

export interface ExplainedNotice {
  readonly kind: 'notice';
  readonly notice: SniffNotice;
  readonly advice: readonly Advice[];
}

/** What a person can do about what was seen. */
export interface Advice {
  /** One word per symptom; the same word is the anchor in the field guide. */
  readonly symptom: string;
  readonly text: string;
}
