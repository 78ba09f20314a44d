/** How text is written into unit files (systemd.syntax(7), systemd.service(5), "Command lines"). */

/** One argument of a command line: nothing in it is a specifier, a variable or an end. */
export function quoteArgument(text: string): string {
  const escaped = escapeSpecifiers(text).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

/** A path: one of a list, or the program of a command line, where a dollar stands for itself. */
export function quotePath(path: string): string {
  const escaped = escapeSpecifiers(path);
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

/** `%` begins a specifier. */
export function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

export function isBelow(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
