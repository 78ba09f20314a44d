import { parseOffset, renderOffset } from '../../clock-guard/words.js';
import { nearest } from '../../config/tree.js';
import { HipError } from '../../errors.js';
import type { DeviceRecord, Journal } from '../../journal/journal.js';
import { isDeviceSn } from '../../punch.js';
import { renderTable } from '../terminal/table.js';

/** @param asksApproval whether punches of new devices wait for it (`serve.devices`) */
export async function renderDevices(
  devices: readonly DeviceRecord[],
  { width, asksApproval }: { readonly width: number | undefined; readonly asksApproval: boolean },
): Promise<string> {
  if (devices.length === 0) {
    return 'No device has called yet. Start hip serve and enter its address in the device menu.';
  }
  return renderTable<DeviceRecord>(
    [
      { title: 'DEVICE', value: (device) => device.sn },
      { title: 'NAME', value: (device) => device.name, shrink: true },
      { title: 'MODEL', value: (device) => device.facts.model ?? null, shrink: true, spare: true },
      { title: 'DIALECT', value: (device) => device.dialect, shrink: true, spare: true },
      { title: 'LAST SEEN', value: (device) => localTime(device.lastSeenAt) },
      { title: 'CLOCK', value: ({ facts }) => clockOf(facts.clockOffsetSeconds) },
      { title: 'PUNCHES', value: (device) => device.punches, align: 'right' },
      { title: 'STATE', value: (device) => stateOf(device, asksApproval), shrink: true },
    ],
    devices,
    width,
  );
}

/** Nothing is new where nothing waits for approval. */
function stateOf({ approved }: DeviceRecord, asksApproval: boolean): string {
  if (approved) return 'approved';
  return asksApproval ? 'new' : '';
}

/** How far off as last proven; '' where the device never told. */
function clockOf(fact: string | undefined): string {
  const offset = parseOffset(fact);
  return offset === null ? '' : renderOffset(offset);
}

/** Names the serial number that was perhaps meant: they are long, and typed from a sticker. */
export function unknownDevice(sn: string, journal: Pick<Journal, 'devices'>): HipError {
  const near = nearest(
    sn,
    journal.devices().map((device) => device.sn),
  );
  return new HipError('HIP_NOT_FOUND', `No device ${sn} is known.`, {
    suggestions: [
      ...(near === undefined ? [] : [`Did you mean: ${near}`]),
      'hip devices lists those that have called',
    ],
  });
}

/**
 * A mistyped serial number would wait for ever; a real one may be queued for before its terminal is on the wall.
 * @throws {HipError} HIP_NOT_FOUND for a device that never called
 */
export function requireSeen(sn: string, journal: Pick<Journal, 'devices' | 'deviceState'>): void {
  // What is no serial number at all has a better explanation of its own.
  if (!isDeviceSn(sn) || journal.deviceState(sn) !== undefined) return;
  const { code, message, suggestions } = unknownDevice(sn, journal);
  throw new HipError(code, message, {
    suggestions: [...suggestions, 'Or queue it for a device that has not called yet: --unseen'],
  });
}

/** ISO UTC to the PC's own clock, to the minute. */
export function localTime(iso: string | null): string | null {
  if (iso === null) return null;
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
