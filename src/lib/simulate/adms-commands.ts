/** A command as a terminal reads it from a getrequest reply: `C:<id>:<verb …>` (adms.md section 11). */
export interface AdmsCommand {
  readonly id: string;
  /** First word; what the terminal repeats in its result. */
  readonly verb: string;
  /** 0, or -1002 for what this terminal does not know (section 11.3). */
  readonly returnCode: number;
  /** Device time, inclusive: punches to send again; null for none. */
  readonly window: Window | null;
  /** Device time, inclusive: punches to count (`VERIFY SUM ATTLOG`); null for none. */
  readonly counted: Window | null;
  /** `DATA QUERY USERINFO`: the users are to be sent. */
  readonly asksUsers: boolean;
}

export interface Window {
  readonly from: string;
  readonly to: string;
}

const KNOWN_VERBS = new Set([
  'INFO',
  'CHECK',
  'LOG',
  'REBOOT',
  'DATA',
  'SET',
  'RELOAD',
  'AC_UNLOCK',
  'VERIFY',
]);
const UNSUPPORTED = -1002;

export function parseCommands(text: string): readonly AdmsCommand[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^C:([^:]{1,16}):(\S+)(.*)$/.exec(line);
    return match ? [createCommand(match[1]!, match[2]!, match[3]!)] : [];
  });
}

/**
 * One line per result; that of INFO comes last, because its `Key=Value` lines reach to the end of the body.
 * @param facts lines after the result of INFO
 * @param count how many punches a window holds
 */
export function renderResults(
  commands: readonly AdmsCommand[],
  facts: readonly string[],
  count: (window: Window) => number,
): string {
  const line = ({ id, verb, returnCode, counted }: AdmsCommand): string =>
    counted === null
      ? `ID=${id}&Return=${returnCode}&CMD=${verb}\n`
      : // As the vendor's public push client writes it.
        `ID=${id}&Return=0&CMD=VERIFY SUM ATTLOG&StartTime=${counted.from}&EndTime=${counted.to}` +
        `&AttlogCount=${count(counted)}\n`;
  const infos = commands.filter(({ verb }) => verb === 'INFO');
  const others = commands.filter(({ verb }) => verb !== 'INFO');
  const lines = [...others, ...infos].map(line).join('');
  return infos.length === 0 ? lines : `${lines}${facts.join('\n')}\n`;
}

function createCommand(id: string, verb: string, rest: string): AdmsCommand {
  const returnCode = KNOWN_VERBS.has(verb) ? 0 : UNSUPPORTED;
  return {
    ...{ id, verb, returnCode },
    window: windowOf(verb === 'DATA' ? /^ QUERY ATTLOG (.*)$/.exec(rest) : null),
    counted: windowOf(verb === 'VERIFY' ? /^ SUM ATTLOG (.*)$/.exec(rest) : null),
    asksUsers: verb === 'DATA' && /^ QUERY USERINFO\b/.test(rest),
  };
}

function windowOf(match: RegExpExecArray | null): Window | null {
  const [, from, to] = /^StartTime=([^\t]+)\tEndTime=([^\t]+)/.exec(match?.[1] ?? '') ?? [];
  return from === undefined || to === undefined ? null : { from: from.trim(), to: to.trim() };
}
