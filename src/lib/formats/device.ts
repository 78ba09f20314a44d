import { isDeviceSn } from '../punch.js';

/** Which device a row's punch is stored under. */
export interface Device {
  readonly deviceSn: string;
  /** True only when the file or its name holds the serial number. */
  readonly proven: boolean;
}

export interface DeviceNaming {
  readonly machines: ReadonlyMap<string, string>;
  readonly fallback: string;
}

/** What a row says of its device. */
export interface DeviceEvidence {
  readonly serialNumber?: string | null | undefined;
  /** A small number that people give to a machine (every new one is 1): no serial number. */
  readonly machineNumber?: string | null | undefined;
}

/**
 * Serial number of the file, else the one that `sync.machines` gives the machine number, else the road's default
 * name. A mapped one stays unproven: the file doesn't hold it, and only so does a row that was stored before the
 * mapping was made or changed keep its first identity when its file is read again (law 2).
 */
export function deviceOf(evidence: DeviceEvidence, naming: DeviceNaming): Device {
  const sn = evidence.serialNumber?.trim() ?? '';
  if (sn !== '' && isDeviceSn(sn)) return { deviceSn: sn, proven: true };
  const number = evidence.machineNumber?.trim() ?? '';
  const mapped = naming.machines.get(number) ?? naming.machines.get(number.replace(/^0+(?=\d)/, ''));
  return { deviceSn: mapped ?? naming.fallback, proven: false };
}

/**
 * The word of a USB file's name before `_attlog`: a device number on old firmware, the serial number on newer
 * (hip-files.md c). Words that somebody put in front of it (`Copy of`, `office_`) say nothing.
 */
export function deviceInFileName(fileName: string): DeviceEvidence {
  const name = /(?:^|[^A-Za-z0-9])([A-Za-z0-9]+)_attlog/i.exec(fileName)?.[1] ?? '';
  if (/^\d{1,3}$/.test(name)) return { machineNumber: name };
  return isSerialShaped(name) ? { serialNumber: name } : {};
}

/** Not so a word with a year behind it (`backup2026`), nor a date with or without a time of the day. */
export function isSerialShaped(name: string): boolean {
  if (name.length < 6 || name.length > 32 || (name.match(/\d/g)?.length ?? 0) < 4) return false;
  return !/^[a-z]{3,}(?:19|20|25)\d{2}$/i.test(name) && !DATE_DIGITS.test(name);
}

const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const MONTH = '(?:0[1-9]|1[0-2])';
const YEAR = '(?:19|20|25)\\d{2}';
/** 2010 to 2039, and 2553 to 2582 of the Buddhist era. */
const SHORT_YEAR = '(?:[1-3]\\d|5[3-9]|[67]\\d|8[0-2])';
const CLOCK = '(?:(?:[01]\\d|2[0-3])[0-5]\\d(?:[0-5]\\d)?)?';
/** In any order that somebody writes; without its day, too. */
const DATE_DIGITS = new RegExp(
  `^(?:${YEAR}${MONTH}|${MONTH}${YEAR}|${datesWith(SHORT_YEAR)}|${datesWith(YEAR)}${CLOCK})$`,
);

function datesWith(year: string): string {
  return `(?:${year}${MONTH}${DAY}|${DAY}${MONTH}${year}|${MONTH}${DAY}${year})`;
}

/** For databases whose serial column may hold a machine number instead. */
export function deviceInColumn(value: string): DeviceEvidence {
  return /^\d{1,3}$/.test(value.trim()) ? { machineNumber: value } : { serialNumber: value };
}
