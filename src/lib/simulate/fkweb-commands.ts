import { openBody, renderFrame } from '../dialects/fkweb/frame.js';
import { wallSeconds } from '../punch.js';
import type { SimulatedPunch } from './device.js';

/** A command as a terminal reads it from the answer to a poll (fkweb.md 1.11). */
export interface FkwebCommand {
  readonly id: string;
  readonly code: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What the terminal has to tell when it is asked. */
export interface TerminalMemory {
  /** Acknowledged punches, oldest first. */
  readonly punches: readonly SimulatedPunch[];
  readonly waiting: number;
}

const SLOT_BYTES = 48;
const USER_BYTES = 32;
const USER_SLOT_BYTES = 36;
const ENCODER = new TextEncoder();

/** Null for a poll that was answered with nothing to do. */
export function parseCommand(headers: ReadonlyMap<string, string>, body: Uint8Array): FkwebCommand | null {
  const code = headers.get('cmd_code') ?? '';
  if (headers.get('response_code') !== 'OK' || code === '') return null;
  return { id: headers.get('trans_id') ?? '', code, parameters: openBody(body).body?.json ?? {} };
}

/** The frame of the result; null for what is never answered: a restart, and what the firmware does not know (1.11). */
export function renderResult(command: FkwebCommand, memory: TerminalMemory): Uint8Array | null {
  switch (command.code) {
    case 'GET_LOG_DATA':
      return renderLog(command, memory.punches);
    case 'GET_USER_ID_LIST':
      return renderUsers(memory.punches);
    case 'GET_DEVICE_STATUS':
      return renderFrame({
        total_user_count: 3_000,
        user_count: usersOf(memory.punches).length,
        all_log_count: memory.punches.length + memory.waiting,
      });
    case 'SET_TIME':
      return new Uint8Array(0);
    default:
      return null;
  }
}

/** Packed key and way as HS103 writes them (1.6). */
export function packIoMode(status: number): number {
  const keys: Readonly<Record<number, number>> = { 0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 6 };
  return (keys[status] ?? 0) * 0x0100_0000;
}

export function packVerifyMode(verify: number): number {
  const kinds: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 3, 15: 4, 21: 5, 25: 7 };
  return (kinds[verify] ?? 0) * 0x1000_0000;
}

/** `begin_time` and `end_time` are inclusive, and either may be missing. */
function renderLog({ parameters }: FkwebCommand, memory: readonly SimulatedPunch[]): Uint8Array {
  const begin = String(parameters.begin_time ?? '');
  const end = String(parameters.end_time ?? '9');
  const asked = memory.filter(({ time }) => {
    const digits = time.replace(/\D/g, '');
    return digits >= begin && digits <= end;
  });
  const json = { log_array: 'BIN_1', log_count: asked.length, one_log_size: SLOT_BYTES };
  return renderFrame(json, [renderSlots(asked)]);
}

/** The layout of HS103 (1.12). */
function renderSlots(punches: readonly SimulatedPunch[]): Uint8Array {
  const bytes = new Uint8Array(punches.length * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, { userId, time, status, verify }] of punches.entries()) {
    const at = i * SLOT_BYTES;
    bytes.set(ENCODER.encode(userId).subarray(0, USER_BYTES), at);
    bytes[at + 35] = wallSeconds(time) % 60;
    view.setUint32(at + 36, packTime(time), true);
    view.setUint32(at + 40, packIoMode(status), true);
    view.setUint32(at + 44, packVerifyMode(verify), true);
  }
  return bytes;
}

function packTime(time: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = time.split(/\D/).map(Number);
  return ((minute << 26) | (hour << 21) | (day << 16) | (month << 12) | ((year - 1900) << 2) | 1) >>> 0;
}

function renderUsers(memory: readonly SimulatedPunch[]): Uint8Array {
  const users = usersOf(memory);
  const bytes = new Uint8Array(users.length * USER_SLOT_BYTES);
  for (const [i, user] of users.entries()) {
    bytes.set(ENCODER.encode(user).subarray(0, USER_BYTES), i * USER_SLOT_BYTES);
    // Privilege USER, enabled, one finger (flags, bits 3-6).
    bytes.set([1, 1, 8, 0], i * USER_SLOT_BYTES + USER_BYTES);
  }
  const json = { user_id_count: users.length, one_user_id_size: USER_SLOT_BYTES, user_id_array: 'BIN_1' };
  return renderFrame(json, [bytes]);
}

function usersOf(memory: readonly SimulatedPunch[]): string[] {
  return [...new Set(memory.map(({ userId }) => userId))];
}
