import { expect, it } from 'vitest';
import { quoteArguments } from '../../src/lib/windows/command-line.js';

it.each([
  [['service', 'start', 'serve'], 'service start serve'],
  [['C:\\Program Files\\hip\\hip.exe', 'tray'], '"C:\\Program Files\\hip\\hip.exe" tray'],
  [['--data-dir', 'C:\\my data\\'], '--data-dir "C:\\my data\\\\"'],
  [['', 'C:\\x\\'], '"" C:\\x\\'],
  [['say "hi"', 'a\\"b'], '"say \\"hi\\"" "a\\\\\\"b"'],
])('quotes %j', (args, line) => {
  expect(quoteArguments(args)).toBe(line);
});
