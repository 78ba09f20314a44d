import { describe, expect, test } from 'vitest';
import { faultOf, unavailable, verdictOf } from '../../src/lib/sinks/mysql/verdicts.js';
import { type SinkFault, SinkUnavailable } from '../../src/lib/sinks/sink.js';

/** As mysql2 makes them of an answer of the server. */
function serverError(errno: number, message = 'words of the server'): Error {
  return Object.assign(new Error(message), { errno, sqlState: 'HY000', code: undefined });
}

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { errno: -111, code });
}

describe('law 4: only listed errors are about a row', () => {
  const DATA = [
    1048, 1216, 1264, 1265, 1292, 1300, 1366, 1406, 1411, 1452, 1526, 1644, 1690, 3140, 3819, 4025,
  ];

  test('of all numbers that servers have', () => {
    const numbers = Array.from({ length: 14_000 }, (_, i) => i);
    const data = numbers.filter((errno) => verdictOf(serverError(errno)).kind === 'data');
    expect(data).toEqual(DATA);
  });

  test('whatever is unknown keeps the batch and is tried again', () => {
    expect(faultOf(serverError(9999))).toMatchObject({ code: 'HIP_DB_UNAVAILABLE', transient: true });
    expect(faultOf(systemError('EWHATEVER'))).toMatchObject({ transient: true });
  });
});

test.each<[number | string, SinkFault['code'], boolean]>([
  ['ENOTFOUND', 'HIP_DB_DNS', true],
  ['ECONNREFUSED', 'HIP_DB_CONNECT', true],
  ['PROTOCOL_CONNECTION_LOST', 'HIP_DB_CONNECT', true],
  ['PROTOCOL_SEQUENCE_TIMEOUT', 'HIP_DB_CONNECT', true],
  ['HANDSHAKE_SSL_ERROR', 'HIP_DB_TLS', false],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'HIP_DB_TLS', false],
  ['AUTH_SWITCH_PLUGIN_ERROR', 'HIP_DB_LOGIN', false],
  [1045, 'HIP_DB_LOGIN', false],
  [1130, 'HIP_DB_LOGIN', false],
  [3159, 'HIP_DB_TLS', false],
  [1049, 'HIP_DB_SCHEMA', false],
  [1142, 'HIP_DB_RIGHTS', false],
  [1146, 'HIP_DB_TABLE_MISSING', false],
  [1054, 'HIP_DB_TABLE_UNSAFE', false],
  [1364, 'HIP_DB_TABLE_UNSAFE', false],
  [1040, 'HIP_DB_UNAVAILABLE', true],
  [1205, 'HIP_DB_UNAVAILABLE', true],
  [1290, 'HIP_DB_UNAVAILABLE', true],
  [1114, 'HIP_DB_UNAVAILABLE', true],
])('%s is %s, transient %s', (error, code, transient) => {
  const fault = faultOf(typeof error === 'number' ? serverError(error) : systemError(error));
  expect(fault).toMatchObject({ code, transient });
  expect(fault.remedy).toMatch(/\w/);
});

test('a deadlock is tried again at once, a big packet in parts', () => {
  expect(verdictOf(serverError(1213)).kind).toBe('collision');
  expect(verdictOf(serverError(1153)).kind).toBe('too-large');
});

test('a number of the operating system is not taken for one of the server', () => {
  const error = Object.assign(new Error('x'), { errno: 1406, code: 'ECONNRESET' });
  expect(verdictOf(error).kind).toBe('fault');
});

test('a bug stays a bug', () => {
  expect(() => unavailable(new TypeError('x is not a function'))).toThrow(TypeError);
  const kept = new SinkUnavailable({ code: 'HIP_DB_TLS', message: 'm', remedy: 'r', transient: false });
  expect(unavailable(kept)).toBe(kept);
});

test('the words of the server are one line', () => {
  expect(faultOf(serverError(1045, 'Access\n  denied')).message).toBe(
    'The database refused the login: Access denied',
  );
});
