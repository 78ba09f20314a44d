import { expect, it } from 'vitest';
import { explained, failureOf } from '../../src/lib/windows/service-faults.js';
import { WindowsError } from '../../src/lib/windows/windows-error.js';

const ACCESS_DENIED = 5;

it('tells who is no administrator what to do, with exit code 2', () => {
  expect(explained(new WindowsError('OpenSCManagerW', ACCESS_DENIED), 'install')).toMatchObject({
    code: 'HIP_NOT_ADMIN',
    oclif: { exit: 2 },
    suggestions: [expect.stringContaining('Run as administrator')],
  });
});

it('takes a program out of reach for no lack of rights', () => {
  expect(explained(new WindowsError('StartServiceW', ACCESS_DENIED), 'start it')).toMatchObject({
    code: 'HIP_SERVICE_FAILED',
    suggestions: [expect.stringContaining('Program Files')],
  });
});

it('lets bugs pass as they are', () => {
  const bug = new TypeError('a bug');
  expect(explained(bug, 'install')).toBe(bug);
});

it.each([
  [0, 0, null],
  // Never started since the PC was switched on: no failure.
  [1077, 0, null],
  [1066, 2, 'it ended with code 2, wrong usage or configuration'],
  [1067, 0, 'its process ended unexpectedly'],
  [4711, 0, 'Windows error 4711'],
])('says of the codes %i and %i: %s', (win32, specific, words) => {
  expect(failureOf(win32, specific)).toBe(words);
});
