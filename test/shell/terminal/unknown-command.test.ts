import { expect, it } from 'vitest';
import { findUnknownCommand, type KnownCommands } from '../../../src/lib/shell/terminal/unknown-command.js';

const COMMANDS: KnownCommands = {
  serve: {},
  sync: {},
  backup: { args: { file: {} } },
  devices: {},
  'devices:approve': { args: { sn: {} } },
  'quarantine:list': {},
  'quarantine:show': { args: { id: {} } },
};

it.each([
  ['hip', []],
  ['a flag alone', ['--version']],
  ['a command', ['serve', '--port', '1']],
  ['a command with an argument', ['backup', 'srve']],
  ['a topic', ['quarantine']],
  ['a command below another', ['devices', 'approve', 'SN1']],
])('%s is no unknown command', (_, argv) => {
  expect(findUnknownCommand(argv, COMMANDS)).toBeNull();
});

it.each([
  [['srve', '--port', '1'], 'hip serve'],
  [['device'], 'hip devices'],
  [['devices', 'aprove', 'SN1'], 'hip devices approve'],
  [['quarantine', 'lst'], 'hip quarantine list'],
  [['SYNC'], 'hip sync'],
])('%j: did you mean %s', (argv, meant) => {
  const error = findUnknownCommand(argv, COMMANDS);
  expect(error).toMatchObject({ code: 'HIP_USAGE', oclif: { exit: 2 } });
  expect(error?.suggestions[0]).toBe(`Did you mean: ${meant}`);
});

it('says of a command without arguments that it takes none', () => {
  const error = findUnknownCommand(['sync', 'folder', '--once'], COMMANDS);
  expect(error).toMatchObject({ message: '"hip sync" takes no "folder".', oclif: { exit: 2 } });
});

it('guesses nothing where nothing is near', () => {
  expect(findUnknownCommand(['xyzzy'], COMMANDS)?.suggestions).toEqual(['See all commands: hip help']);
});
