import { nearest } from '../../config/tree.js';
import { HipError } from '../../errors.js';

/** What is known of a command: ids have colons where people type blanks. */
export type KnownCommands = Readonly<Record<string, { readonly args?: object }>>;

/** What to say when a command line names no command; null when it does, or is none at all. */
export function findUnknownCommand(argv: readonly string[], commands: KnownCommands): HipError | null {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const words = firstFlag < 0 ? argv : argv.slice(0, firstFlag);
  if (words.length === 0) return null;
  if (isKnown(words, commands)) return findSurplus(words, commands);
  const near = nearestCommand(words, Object.keys(commands));
  return new HipError('HIP_USAGE', `There is no command "hip ${words.join(' ')}".`, {
    suggestions: [...(near === undefined ? [] : [`Did you mean: hip ${near}`]), 'See all commands: hip help'],
  });
}

/** oclif would take what follows for the name of a command below. */
function findSurplus(words: readonly string[], commands: KnownCommands): HipError | null {
  const [name, surplus] = [words[0] ?? '', words[1]];
  const isPlain = commands[name] !== undefined && Object.keys(commands[name].args ?? {}).length === 0;
  const isTopic = Object.keys(commands).some((known) => known.startsWith(`${name}:`));
  if (surplus === undefined || !isPlain || isTopic) return null;
  return new HipError('HIP_USAGE', `"hip ${name}" takes no "${surplus}".`, {
    suggestions: [`hip ${name} --help`],
  });
}

function isKnown(words: readonly string[], commands: KnownCommands): boolean {
  const ids = Object.keys(commands);
  for (let length = words.length; length > 0; length -= 1) {
    const id = words.slice(0, length).join(':');
    const isTopic = ids.some((known) => known.startsWith(`${id}:`));
    const command = commands[id];
    if (!command && !isTopic) continue;
    if (length === words.length) return true;
    // What follows is the arguments of a command, but below a topic it can only be the name of one.
    return command !== undefined && (!isTopic || Object.keys(command.args ?? {}).length > 0);
  }
  return false;
}

/** Arguments follow: the longest beginning that is near to a command counts. */
function nearestCommand(words: readonly string[], ids: readonly string[]): string | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const ofLength = ids.map((id) => id.split(':')).filter((parts) => parts.length === length);
    const near = nearest(
      words.slice(0, length).join(' '),
      ofLength.map((parts) => parts.join(' ')),
    );
    if (near !== undefined) return near;
  }
  return undefined;
}
