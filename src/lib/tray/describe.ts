import type { ServiceStatus } from '../service/service.js';
import type { Alarm } from './alarms.js';
import { nameDevices } from './balloons.js';
import type { StatusFacts, TrayFacts } from './facts.js';
import { type Speech, say, shorten } from './texts.js';
import { type MenuItem, MOST_TOOLTIP, type TrayAction, type TrayIconName, type TrayView } from './view.js';

export interface Situation {
  readonly facts: TrayFacts;
  readonly alarms: readonly Alarm[];
  /** `hip sync` was asked for and is at work. */
  readonly syncing: boolean;
}

const SEPARATOR: MenuItem = { kind: 'separator' };

/** From what is known to what is shown. */
export function describeTray(situation: Situation, speech: Speech): TrayView {
  const { texts } = speech;
  const troubles = listTroubles(situation, speech);
  const icon = chooseIcon(situation.facts.services, troubles);
  const overall = { running: texts.hipRunning, trouble: texts.hipTrouble, stopped: texts.hipStopped }[icon];
  const figures = situation.facts.status ? sayFigures(situation.facts.status.journal, speech) : [];
  return {
    icon,
    tooltip: shorten([overall, ...figures, ...troubles].join('\n'), MOST_TOOLTIP),
    menu: [
      ...[overall, ...troubles].map(statusItem),
      SEPARATOR,
      ...situation.facts.services.map((service) => serviceItem(service, speech)),
      ...(figures.length === 0 ? [] : [SEPARATOR]),
      ...figures.map(statusItem),
      SEPARATOR,
      actionItem(situation.syncing ? texts.syncing : texts.syncNow, { do: 'sync' }, !situation.syncing),
      actionItem(texts.status, { do: 'status' }),
      actionItem(texts.logs, { do: 'logs' }),
      SEPARATOR,
      actionItem(texts.about, { do: 'about' }),
      actionItem(texts.exit, { do: 'exit' }),
    ],
  };
}

/** One that was never installed is not missed: an office may need only one of the two. */
function chooseIcon(services: readonly ServiceStatus[], troubles: readonly string[]): TrayIconName {
  const ours = services.filter(({ installed }) => installed === 'yes');
  const running = ours.filter(({ state }) => state === 'running');
  if (running.length === 0) return 'stopped';
  return running.length < ours.length || troubles.length > 0 ? 'trouble' : 'running';
}

function listTroubles({ facts, alarms }: Situation, speech: Speech): readonly string[] {
  const { texts } = speech;
  const silent = alarms.filter(({ kind }) => kind === 'device');
  return [
    ...alarms.flatMap((alarm) =>
      alarm.kind === 'service' ? [say(texts.serviceDied, { service: texts[alarm.role] })] : [],
    ),
    ...(isMute(facts) ? [texts.noStatus] : []),
    ...(facts.status ? listFaults(facts.status, speech) : []),
    ...(alarms.some(({ kind }) => kind === 'backlog') ? [texts.backlogOld] : []),
    ...(silent.length > 0 ? [say(texts.deviceSilent, { devices: nameDevices(silent, speech) })] : []),
  ];
}

function isMute({ services, status }: TrayFacts): boolean {
  return status === null && services.some(({ role, state }) => role === 'serve' && state === 'running');
}

function listFaults({ journal, sink }: StatusFacts, { texts }: Speech): readonly string[] {
  const faults: string[] = [];
  if (journal.error !== null) faults.push(say(texts.notStoring, { reason: journal.error }));
  if (sink.reachable === false) faults.push(texts.databaseAway);
  else if (sink.error !== null) faults.push(texts.databaseFault);
  return faults;
}

function sayFigures(journal: StatusFacts['journal'], { texts, localTime }: Speech): readonly string[] {
  const { waiting: count, oldestWaitingAt, lastPunchAt } = journal;
  const since = count > 0 && oldestWaitingAt !== null ? localTime(oldestWaitingAt) : null;
  return [
    since === null ? say(texts.waiting, { count }) : say(texts.waitingSince, { count, time: since }),
    lastPunchAt === null ? texts.noPunch : say(texts.lastPunch, { time: localTime(lastPunchAt) }),
  ];
}

function serviceItem({ role, installed, state }: ServiceStatus, { texts }: Speech): MenuItem {
  const known = installed === 'yes' && state !== null;
  const word = known ? texts[state] : installed === 'foreign' ? texts.foreign : texts.absent;
  const text = say(texts.serviceLine, { service: texts[role], state: word });
  if (!known) return textItem(text);
  const verb = (what: 'start' | 'stop' | 'restart', enabled: boolean): MenuItem =>
    actionItem(texts[what], { do: what, role }, enabled);
  const up = state === 'running' || state === 'starting';
  const items = [verb('start', state === 'stopped'), verb('stop', up), verb('restart', state === 'running')];
  return { kind: 'submenu', text, items };
}

/** What is said in a line stands at length in the status. */
function statusItem(text: string): MenuItem {
  return actionItem(text, { do: 'status' });
}

function textItem(text: string): MenuItem {
  return { kind: 'text', text };
}

function actionItem(text: string, action: TrayAction, enabled = true): MenuItem {
  return { kind: 'action', text, action, enabled };
}
