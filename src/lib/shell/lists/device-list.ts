import { parseOffset, renderOffset } from '../../clock-guard/words.js';
import { HipError } from '../../errors.js';
import type { DeviceRecord } from '../../journal/journal.js';
import { renderTable } from '../terminal/table.js';

export async function renderDevices(
  devices: readonly DeviceRecord[],
  width: number | undefined,
): Promise<string> {
  if (devices.length === 0) {
    return 'No device has called yet. Start hip serve and enter its address in the device menu.';
  }
  return renderTable<DeviceRecord>(
    [
      { title: 'DEVICE', value: (device) => device.sn },
      { title: 'NAME', value: (device) => device.name, shrink: true },
      { title: 'MODEL', value: (device) => device.facts.model ?? null, shrink: true },
      { title: 'DIALECT', value: (device) => device.dialect, shrink: true },
      { title: 'LAST SEEN', value: (device) => localTime(device.lastSeenAt) },
      { title: 'CLOCK', value: ({ facts }) => clockOf(facts.clockOffsetSeconds) },
      { title: 'PUNCHES', value: (device) => device.punches, align: 'right' },
      { title: 'STATE', value: (device) => (device.approved ? 'approved' : 'new') },
    ],
    devices,
    width,
  );
}

/** How far off as last proven; '' where the device never told. */
function clockOf(fact: string | undefined): string {
  const offset = parseOffset(fact);
  return offset === null ? '' : renderOffset(offset);
}

export function unknownDevice(sn: string): HipError {
  return new HipError('HIP_NOT_FOUND', `No device ${sn} is known.`, {
    suggestions: ['hip devices lists those that have called'],
  });
}

/** ISO UTC to the PC's own clock, to the minute. */
export function localTime(iso: string | null): string | null {
  if (iso === null) return null;
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
