import { HipError } from '../errors.js';
import { ERROR_SERVICE_SPECIFIC_ERROR } from './win32/advapi32-host.js';
import { ERROR } from './win32/advapi32-services.js';
import { WindowsError } from './windows-error.js';

/** Why a service is not running, in plain words; the Event Log tells more. */
export function failureOf(win32ExitCode: number, specificExitCode: number): string | null {
  if (win32ExitCode === 0 || win32ExitCode === NEVER_STARTED) return null;
  if (win32ExitCode === ERROR_SERVICE_SPECIFIC_ERROR) {
    return `it ended with code ${specificExitCode}, ${EXIT_WORDS.get(specificExitCode) ?? 'unknown'}`;
  }
  return SYSTEM_WORDS.get(win32ExitCode) ?? `Windows error ${win32ExitCode}`;
}

/** ERROR_SERVICE_NEVER_STARTED: since the PC was switched on. */
const NEVER_STARTED = 1077;

/** The exit codes of hip (README, "Exit codes"). */
const EXIT_WORDS: ReadonlyMap<number, string> = new Map([
  [1, 'a bug in hip'],
  [2, 'wrong usage or configuration'],
  [3, 'the outside world is unreachable'],
  [4, 'some input needs a person'],
]);

const SYSTEM_WORDS: ReadonlyMap<number, string> = new Map([
  [2, 'its program file is not there'],
  [3, 'the folder of its program is not there'],
  [5, 'its account may not start the program'],
  [1053, 'it did not answer in time'],
  [1067, 'its process ended unexpectedly'],
  [1069, 'its account could not log on'],
]);

/** An error of the service manager as one that says what to do; others pass through. */
export function explained(error: unknown, what: string): unknown {
  if (!(error instanceof WindowsError)) return error;
  if (error.errno === ERROR.accessDenied && error.call === 'StartServiceW') return programOutOfReach(error);
  if (error.errno === ERROR.accessDenied) return notAdmin(error);
  const failed = (why: string, suggestions: readonly string[] = []): HipError =>
    new HipError('HIP_SERVICE_FAILED', `Can't ${what}: ${why}.`, { suggestions, cause: error });
  if (error.errno === ERROR.alreadyMarked)
    return failed('Windows still removes the service of that name', [
      'Close the windows "Services" and "Task Manager", and try again',
    ]);
  if (error.errno === ERROR.disabled)
    return failed('the service is disabled', ['Install it anew: hip service install']);
  return failed(error.message);
}

/** Right to start it was asked for when the service was opened: what is denied is the program file. */
function programOutOfReach(cause: unknown): HipError {
  return new HipError('HIP_SERVICE_FAILED', "The service's account may not start the program.", {
    suggestions: [
      'Keep the program where all may run it, as in C:\\Program Files\\hip, and install again from there',
    ],
    cause,
  });
}

function notAdmin(cause: unknown): HipError {
  return new HipError('HIP_NOT_ADMIN', 'Only an administrator may do this, and this window is not one.', {
    suggestions: ['Start menu > type cmd > right click on "Command Prompt" > Run as administrator'],
    cause,
  });
}

export function foreignService(name: string, command: string): HipError {
  return new HipError('HIP_SERVICE_FOREIGN', `A service ${name} is there that is not hip's: ${command}`, {
    suggestions: [
      'hip service install --replace takes its place; hip service uninstall brings it back',
      `Or remove it by its own program first, or with: sc delete ${name}`,
    ],
  });
}

export function missingService(name: string): HipError {
  return new HipError('HIP_SERVICE_MISSING', `There is no service ${name}.`, {
    suggestions: ['Install it first: hip service install'],
  });
}
