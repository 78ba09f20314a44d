import type { DeviceState } from '../dialect.js';
import type { IclockCall } from './call.js';

/**
 * The option block of an attendance device (adms.md 5.2). Answered to every serial number: a 200 without a valid
 * block makes firmware regard its options as fetched until the next power-cycle (FRAPPE).
 */

/** 0 asks for everything; 9999 for nothing older. Punches are wanted in full, by law 2 at no risk. */
const UNKNOWN_ATTLOG = '0';
const UNKNOWN_OTHER = '9999';
/** Tables whose stamp is given back only when the device itself sent one; the recommended block has none of them. */
const OPTIONAL_TABLES = ['BIODATA', 'IDCARD', 'ERRORLOG'] as const;
/** Answered in `table=options` by devices that announce `PushOptionsFlag=1`. */
const WANTED_OPTIONS =
  '~DeviceName,FWVersion,PushVersion,IPAddress,MAC,UserCount,FPCount,FaceCount,TransactionCount,~MaxAttLogCount';

export function renderHandshake(call: IclockCall): string {
  const device = call.context.device(call.sn);
  const attlog = stamp(device, 'ATTLOG', UNKNOWN_ATTLOG);
  const operlog = stamp(device, 'OPERLOG', UNKNOWN_OTHER);
  const photo = stamp(device, 'ATTPHOTO', UNKNOWN_OTHER);
  const lines = [
    `GET OPTION FROM: ${call.sn}`,
    `ATTLOGStamp=${attlog}`,
    `OPERLOGStamp=${operlog}`,
    `ATTPHOTOStamp=${photo}`,
    // Firmware before 2.x knows only these names; sending both families is harmless (X100DOC).
    `Stamp=${attlog}`,
    `OpStamp=${operlog}`,
    `PhotoStamp=${photo}`,
    ...optionalStamps(device),
    'ErrorDelay=30',
    'Delay=10',
    'TransTimes=00:00;14:05',
    'TransInterval=1',
    // TABs between the names: with blanks the list is one unknown word (SF2A-GO). No templates, no photos.
    'TransFlag=TransData AttLog\tOpLog',
    `TimeZone=${timeZoneOption(call.context.utcOffsetMinutes)}`,
    'Realtime=1',
    'Encrypt=None',
    'ServerVer=2.4.1',
    'PushProtVer=2.4.1',
  ];
  if (call.request.query.get('pushoptionsflag') === '1') {
    lines.push('PushOptionsFlag=1', `PushOptions=${WANTED_OPTIONS}`);
  }
  return `${lines.join('\n')}\n`;
}

/** True when the handshake is the question for everything that the device holds; only 0 is understood by all (6). */
export function asksForAll(call: IclockCall): boolean {
  return stamp(call.context.device(call.sn), 'ATTLOG', UNKNOWN_ATTLOG) === UNKNOWN_ATTLOG;
}

/** Whole hours from -12 to 12, else minutes: the device tells them apart by size (adms.md 10). */
export function timeZoneOption(utcOffsetMinutes: number): number {
  const hours = utcOffsetMinutes / 60;
  return Number.isInteger(hours) && Math.abs(hours) <= 12 ? hours : utcOffsetMinutes;
}

/** `+0700` with an empty separator, `+07:00` with a colon. */
export function offsetText(utcOffsetMinutes: number, separator: string): string {
  const size = Math.abs(utcOffsetMinutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  const minutes = String(size % 60).padStart(2, '0');
  return `${utcOffsetMinutes < 0 ? '-' : '+'}${hours}${separator}${minutes}`;
}

function stamp(device: DeviceState | undefined, table: string, unknown: string): string {
  return device?.stamps[table] ?? unknown;
}

function optionalStamps(device: DeviceState | undefined): string[] {
  return OPTIONAL_TABLES.flatMap((table) => {
    const known = device?.stamps[table];
    return known === undefined ? [] : [`${table}Stamp=${known}`];
  });
}
