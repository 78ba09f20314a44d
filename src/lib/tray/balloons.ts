import type { Alarm, AlarmChanges } from './alarms.js';
import type { TextKey } from './texts/english.js';
import { type Speech, say, shorten } from './texts.js';
import { type Balloon, MOST_BALLOON_TEXT, MOST_BALLOON_TITLE } from './view.js';

/** A switch without power silences many devices at once: that is one balloon. */
const MOST_NAMED = 3;
const MINUTE_MS = 60_000;

/** What `hip sync` made of it; `code` is its exit code. */
export interface SyncOutcome {
  readonly code: number;
  readonly counts: { readonly punches: number; readonly delivered: number; readonly waiting: number } | null;
  /** Its own words when something failed. */
  readonly error: string | null;
}

export function balloonsOf({ raised, healed }: AlarmChanges, speech: Speech): readonly Balloon[] {
  const single = [
    ...raised.filter(isNoDevice).map((alarm) => sayRaised(alarm, speech)),
    ...healed.filter(isNoDevice).map((alarm) => sayHealed(alarm, speech)),
  ];
  return [...single, ...sayDevices(raised, 'silent', speech), ...sayDevices(healed, 'back', speech)];
}

export function syncBalloon({ code, counts, error }: SyncOutcome, { texts }: Speech): Balloon {
  const done = counts === null ? '' : say(texts.syncDoneText, counts);
  if (counts && code === 0) return balloon('info', texts.syncDoneTitle, done);
  if (counts) return balloon('warning', texts.syncTroubleTitle, say(`${done} ${error ?? ''}`));
  return balloon('warning', texts.syncFailedTitle, error ?? say(texts.syncFailedText, { code }));
}

export function failureBalloon(service: string, reason: string, { texts }: Speech): Balloon {
  return balloon('warning', say(texts.actionFailedTitle, { service }), reason);
}

/** Up to three by name, the rest by number. */
export function nameDevices(alarms: readonly Alarm[], { texts }: Speech): string {
  const names = alarms.flatMap((alarm) => (alarm.kind === 'device' ? [alarm.name] : []));
  const count = names.length - MOST_NAMED;
  if (count <= 0) return names.join(', ');
  return say(texts.andOthers, { names: names.slice(0, MOST_NAMED).join(', '), count });
}

type Lone = Exclude<Alarm, { kind: 'device' }>;

function isNoDevice(alarm: Alarm): alarm is Lone {
  return alarm.kind !== 'device';
}

function sayRaised(alarm: Lone, { texts, localTime }: Speech): Balloon {
  if (alarm.kind === 'backlog') {
    const values = { count: alarm.waiting, time: localTime(alarm.since) };
    return balloon('warning', texts.backlogTitle, say(texts.backlogText, values));
  }
  const text: TextKey = alarm.role === 'serve' ? 'serveDiedText' : 'syncDiedText';
  const title = say(texts.serviceDiedTitle, { service: texts[alarm.role] });
  return balloon('warning', title, say(texts[text], { reason: alarm.reason }));
}

function sayHealed(alarm: Lone, { texts }: Speech): Balloon {
  if (alarm.kind === 'backlog') return balloon('info', texts.backlogGoneTitle, texts.backlogGoneText);
  return balloon('info', say(texts.serviceBackTitle, { service: texts[alarm.role] }), texts.serviceBackText);
}

function sayDevices(alarms: readonly Alarm[], now: 'silent' | 'back', speech: Speech): Balloon[] {
  const silences = alarms.flatMap((alarm) => (alarm.kind === 'device' ? [alarm.silentMs] : []));
  if (silences.length === 0) return [];
  const { texts } = speech;
  const devices = nameDevices(alarms, speech);
  if (now === 'back') return [balloon('info', texts.deviceBackTitle, say(texts.deviceBackText, { devices }))];
  const minutes = Math.floor(Math.min(...silences) / MINUTE_MS);
  return [balloon('warning', texts.deviceSilentTitle, say(texts.deviceSilentText, { devices, minutes }))];
}

function balloon(level: Balloon['level'], title: string, text: string): Balloon {
  return { level, title: shorten(title, MOST_BALLOON_TITLE), text: shorten(text, MOST_BALLOON_TEXT) };
}
