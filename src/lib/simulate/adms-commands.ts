/** A command as a terminal reads it from a getrequest reply: `C:<id>:<verb …>` (adms.md section 11). */
export interface AdmsCommand {
  readonly id: string;
  /** First word; what the terminal repeats in its result. */
  readonly verb: string;
  /** 0, or -1002 for what this terminal does not know (section 11.3). */
  readonly returnCode: number;
  /** Device time, inclusive: punches to send again; null for none. */
  readonly window: { readonly from: string; readonly to: string } | null;
}

const KNOWN_VERBS = new Set(['INFO', 'CHECK', 'LOG', 'REBOOT', 'DATA', 'SET', 'RELOAD', 'AC_UNLOCK']);
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
 */
export function renderResults(commands: readonly AdmsCommand[], facts: readonly string[]): string {
  const line = ({ id, verb, returnCode }: AdmsCommand): string =>
    `ID=${id}&Return=${returnCode}&CMD=${verb}\n`;
  const infos = commands.filter(({ verb }) => verb === 'INFO');
  const others = commands.filter(({ verb }) => verb !== 'INFO');
  const lines = [...others, ...infos].map(line).join('');
  return infos.length === 0 ? lines : `${lines}${facts.join('\n')}\n`;
}

function createCommand(id: string, verb: string, rest: string): AdmsCommand {
  const returnCode = KNOWN_VERBS.has(verb) ? 0 : UNSUPPORTED;
  const query = /^ QUERY ATTLOG StartTime=([^\t]+)\tEndTime=([^\t]+)/.exec(rest);
  const window = verb === 'DATA' && query ? { from: query[1]!.trim(), to: query[2]!.trim() } : null;
  return { id, verb, returnCode, window };
}
