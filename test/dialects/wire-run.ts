import type {
  DeviceState,
  DialectContext,
  Reading,
  Reply,
  WireRequest,
} from '../../src/lib/dialects/dialect.js';
import { createDialects } from '../../src/lib/dialects/index.js';
import { createWireRequest, type RawRequest } from '../../src/lib/dialects/request.js';
import { userKey } from '../../src/lib/punch.js';
import type { WireCase, WireSetup } from '../support/wire-case.js';

/** A context as the listener makes it, for one case. */
export function contextOf(setup: WireSetup = {}, sn = ''): DialectContext {
  const device = setup.device && { stamps: setup.device.stamps ?? {}, facts: setup.device.facts ?? {} };
  const statusMap = new Map(Object.entries(setup.statusMap ?? {}));
  return {
    receivedAt: new Date('2026-11-22T05:00:00.000Z'),
    wallNow: setup.wallNow ?? '2026-11-22 12:00:00',
    utcOffsetMinutes: setup.utcOffsetMinutes ?? 420,
    settings: {
      plainDeviceSn: setup.plainDeviceSn ?? 'HIP_DEVICE_1',
      statusMaps: setup.statusMap === undefined ? new Map() : new Map([[sn, statusMap]]),
      fkReplies: setup.fkReply === undefined ? new Map() : new Map([[sn, setup.fkReply]]),
    },
    device: () => device,
    pendingCommands: () => setup.pendingCommands ?? [],
  };
}

export interface WireRun {
  /** The dialect that read it; null when none claimed it. */
  readonly dialect: string | null;
  readonly reading: Reading | null;
  /** The answer the device hears, with the journal in the state the case asks for. */
  readonly reply: Reply | null;
  /** Punches no earlier request of this run has brought. */
  readonly newPunches: Reading['punches'];
}

/**
 * Runs requests against fresh dialects; remembers identities, facts and stamps as a journal would, unless told that it
 * can't.
 */
export function createWireRunner(setup: WireSetup = {}): (request: RawRequest, kept?: boolean) => WireRun {
  const dialects = createDialects();
  const known = new Set<string>();
  const states = new Map<string, DeviceState>();
  return (raw, kept = setup.journal !== 'cannot commit') => {
    const request = createWireRequest(raw, setup.pathPrefix);
    const dialect = dialects.find((each) => each.claims(request));
    if (!dialect) return { dialect: null, reading: null, reply: null, newPunches: [] };
    const context = contextOf(setup, snOf(request));
    const device = (sn: string) => states.get(sn) ?? context.device(sn);
    const reading = dialect.read(request, { ...context, device });
    if (kept && reading.deviceSn !== null) {
      states.set(reading.deviceSn, mergeState(device(reading.deviceSn), reading));
    }
    const newPunches = kept ? reading.punches.filter((punch) => isNew(known, punch)) : [];
    return { dialect: dialect.name, reading, reply: kept ? reading.stored : reading.notStored, newPunches };
  };
}

/** Runs a case after those it builds on. */
export function runWireCase(wireCase: WireCase, all: readonly WireCase[]): WireRun {
  const run = createWireRunner(wireCase.setup);
  for (const name of wireCase.setup.after ?? []) {
    const before = all.find((each) => each.name === name && each.dialect === wireCase.dialect);
    if (!before) throw new Error(`${wireCase.name} builds on ${name}, which is not there`);
    run(before.request);
  }
  return run(wireCase.request);
}

function mergeState(before: DeviceState | undefined, { facts, stamps }: Reading): DeviceState {
  return { facts: { ...before?.facts, ...facts }, stamps: { ...before?.stamps, ...stamps } };
}

function snOf(request: WireRequest): string {
  return request.query.get('sn') ?? request.headers.get('dev_id') ?? '';
}

function isNew(known: Set<string>, punch: Reading['punches'][number]): boolean {
  const key = `${punch.deviceSn} ${userKey(punch.userId)} ${punch.time}`;
  if (known.has(key)) return false;
  known.add(key);
  return true;
}
