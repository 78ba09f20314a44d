import { HipError } from '../errors.js';
import { parseWallTime, wallSeconds } from '../punch.js';

/**
 * What hip asks of a device, whatever its family. This list is all there is: what clears, writes, runs code or moves
 * the device to another server has no verb, and the journal takes nothing that has none (`refuseUnknown`).
 *
 *   verb      ADMS attendance               ADMS access control          FK
 *   info      INFO                          GET OPTIONS …                GET_DEVICE_STATUS
 *   reboot    REBOOT                        CONTROL DEVICE 03000000      RESET_FK
 *   set-time  CHECK                         SET OPTIONS DateTime=…       SET_TIME
 *   resend    DATA QUERY ATTLOG …           DATA QUERY tablename=…       GET_LOG_DATA
 *   users     DATA QUERY USERINFO           DATA QUERY tablename=user…   GET_USER_ID_LIST
 *   count     VERIFY SUM ATTLOG …           (none)                       (none: the result of a resend counts)
 *
 * Rendered when it is handed out (adms.ts, dialects/fkweb/commands.ts): only then it is certain which family the
 * device speaks, and what time it is.
 */
export const VERBS = ['info', 'reboot', 'set-time', 'resend', 'users', 'count'] as const;

export type Verb = (typeof VERBS)[number];

/** Device time, inclusive; an end that is missing is open. */
export interface CommandRange {
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly from?: string;
  readonly to?: string;
}

const WITH_RANGE: ReadonlySet<string> = new Set<Verb>(['resend', 'count']);

export function isVerb(verb: string): verb is Verb {
  return (VERBS as readonly string[]).includes(verb);
}

/** The parameters as they stand in the queue: JSON, '' for none. */
export function renderRange({ from, to }: CommandRange): string {
  if (from === undefined && to === undefined) return '';
  return JSON.stringify({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
}

/** Null when it is neither '' nor JSON with times that a calendar has, in their order. */
export function parseRange(text: string): CommandRange | null {
  if (text === '') return {};
  const said = parseObject(text);
  if (said === null || Object.keys(said).some((key) => key !== 'from' && key !== 'to')) return null;
  const [from, to] = [timeOf(said.from), timeOf(said.to)];
  if (from === null || to === null) return null;
  if (from !== undefined && to !== undefined && wallSeconds(from) > wallSeconds(to)) return null;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/**
 * The gate of the queue.
 * @throws {HipError} HIP_USAGE for everything that is not in the list above
 */
export function refuseUnknown({ verb, text }: { readonly verb: string; readonly text: string }): void {
  if (!isVerb(verb)) {
    throw new HipError('HIP_USAGE', `hip gives devices no command "${verb}".`, {
      suggestions: ['Commands are info, reboot, set-time, resend and users; none erases or writes anything'],
    });
  }
  if (!WITH_RANGE.has(verb) || parseRange(text) !== null) return;
  throw new HipError('HIP_USAGE', `"${text}" is no time range for ${verb}.`, {
    suggestions: ['Write --from 2026-11-01 --to 2026-11-30; --from comes first'],
  });
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    // Not JSON: not from here.
    return null;
  }
}

/** Rendered anew, so that nothing but a time ever reaches a command line. */
function timeOf(value: unknown): string | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? (parseWallTime(value)?.time ?? null) : null;
}
