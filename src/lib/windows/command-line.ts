/** Arguments as one command line that a program of Microsoft's C runtime, Node among them, takes apart again. */
export function quoteArguments(args: readonly string[]): string {
  return args.map(quote).join(' ');
}

/** Backslashes are themselves, except before a quotation mark: there they are doubled. */
function quote(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
