import { HipError } from '../../errors.js';
import type { QuarantineItem } from '../../journal/journal.js';
import { renderTable } from '../terminal/table.js';
import { localTime } from './device-list.js';

export async function renderQuarantine(
  items: readonly QuarantineItem[],
  width: number | undefined,
): Promise<string> {
  if (items.length === 0) return 'The quarantine is empty.';
  return renderTable<QuarantineItem>(
    [
      { title: 'ID', value: (item) => item.id, align: 'right' },
      { title: 'LAST SEEN', value: (item) => localTime(item.lastSeenAt) },
      { title: 'FROM', value: (item) => item.source, shrink: true },
      { title: 'DEVICE', value: (item) => item.deviceSn, shrink: true },
      { title: 'TIMES', value: (item) => item.count, align: 'right' },
      { title: 'BYTES', value: (item) => item.bytes, align: 'right' },
      { title: 'REASON', value: (item) => item.reason, shrink: true },
    ],
    items,
    width,
  );
}

export function unknownItem(id: number): HipError {
  return new HipError('HIP_NOT_FOUND', `Nothing in quarantine has the number ${id}.`, {
    suggestions: ['hip quarantine list shows what there is'],
  });
}

const SHOWN_BYTES = 4_096;

/** Text where it is text, a hex dump where it is not; never a control character on the terminal. */
export function printableContent(content: Uint8Array): string {
  const shown = content.subarray(0, SHOWN_BYTES);
  const more =
    content.length > shown.length ? `\n… ${content.length - shown.length} more bytes (--json has all)` : '';
  const text = new TextDecoder('utf-8').decode(shown);
  const strange = [...text].filter(
    (sign) => sign === '\uFFFD' || /[\u0000-\u0008\u000e-\u001f]/.test(sign),
  ).length;
  if (strange > text.length / 20) return hexDump(shown) + more;
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD') + more;
}

function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join('\n');
}
