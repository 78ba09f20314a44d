import { expect, it } from 'vitest';
import type { ClockReading } from '../../src/lib/dialects/dialect.js';
import { createWireRunner } from '../dialects/wire-run.js';

const ICLOCK = '/iclock/cdata?SN=A1&table=';
const FK = ['request_code', 'receive_cmd', 'dev_id', 'A1', 'dev_model', 'T'];

function clockOf(target: string, text: string, rawHeaders: readonly string[] = []): ClockReading | undefined {
  const request = { method: 'POST', target, httpVersion: '1.1', remoteAddress: '' };
  return createWireRunner()({ ...request, rawHeaders, body: Buffer.from(text) }).reading?.clock;
}

const told = { time: '2026-11-22 11:59:00', kind: 'told' };
const event = { ...told, kind: 'event' };
const TIME = '2026-11-22 11:59:00';

it.each([
  ['an FK poll', '/', '{"time":"20261122115900"}', FK, told],
  ['an FK poll without a clock', '/', '{}', FK, undefined],
  ['rtstate', `${ICLOCK}rtstate`, `time=${TIME}\tsensor=00\trelay=00`, [], told],
  ['rtstate without a time', `${ICLOCK}rtstate`, 'sensor=00\ttime=soon', [], undefined],
  ['an operation', `${ICLOCK}OPERLOG`, `OPLOG 4\t0\t${TIME}\t0\t0\t0\t0\n`, [], event],
  ['power on', `${ICLOCK}OPERLOG`, `OPLOG 0\t0\t${TIME}\t0\t0\t0\t0\n`, [], undefined],
  ['a clock set by hand', `${ICLOCK}OPERLOG`, `OPLOG 21\t0\t${TIME}\t0\t0\t0\t0\n`, [], undefined],
  ['two operations', `${ICLOCK}OPERLOG`, `OPLOG 4\t0\t${TIME}\t0\nOPLOG 5\t0\t${TIME}\t0\n`, [], undefined],
  ['a user', `${ICLOCK}OPERLOG`, 'USER PIN=1\tName=x\n', [], undefined],
  ['the options', `${ICLOCK}options`, 'MainTime=2026-11-22 11:59:00', [], undefined],
] as const)('%s', (_, target, text, headers, clock) => {
  expect(clockOf(target, text, headers)).toEqual(clock);
});
