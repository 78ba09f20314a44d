import { countText } from './explain-words.js';
import { durationText, printable, sizeText } from './hide.js';
import type { AddressSummary, DeviceSummary, SummaryReport } from './summary.js';
import { adviceLines, field, paint, type ViewStyle } from './view-layout.js';

/** The last page: who was there, what came of it, and what to do. */
export function renderSummary(report: SummaryReport, style: ViewStyle): string {
  const { addresses, otherAddresses, advice } = report;
  if (addresses.length === 0) {
    return ['', paint(style, 'bold', 'Nobody connected.'), ...adviceLines(style, advice)].join('\n');
  }
  const rest =
    otherAddresses === 0 ? [] : [`and ${countText(otherAddresses, 'more address', 'more addresses')}`];
  return ['', ...addresses.flatMap((address) => [...addressLines(address, style), '']), ...rest]
    .join('\n')
    .trimEnd();
}

function addressLines(address: AddressSummary, style: ViewStyle): string[] {
  const { connections, silentConnections, requests, unclaimed, bytesIn, bytesOut, foreign } = address;
  const traffic = [
    countText(connections, 'connection'),
    silentConnections > 0 ? `${silentConnections} of them silent` : '',
    countText(requests, 'request'),
    unclaimed > 0 ? `${unclaimed} of them unknown` : '',
    `${sizeText(bytesIn)} in, ${sizeText(bytesOut)} out`,
    ...Object.entries(foreign).map(([kind, count]) => `${count} × ${kind}`),
  ];
  return [
    paint(style, 'bold', address.remoteAddress),
    ...field(style, 'traffic', traffic.filter((each) => each !== '').join(', ')),
    ...address.devices.flatMap((device) => deviceLines(device, style)),
    ...adviceLines(style, address.advice),
  ];
}

function deviceLines(device: DeviceSummary, style: ViewStyle): string[] {
  const { deviceSn, dialect, model, firmware, punches, lastPunch, unread, clockAheadSeconds } = device;
  const last = lastPunch === null ? '' : `, last of ${lastPunch}`;
  const said = [
    `${deviceSn ?? 'no serial number'} speaks ${dialect}`,
    model === null ? '' : `model ${model}`,
    firmware === null ? '' : `firmware ${firmware}`,
    `${countText(punches, 'punch', 'punches')}${last}`,
    unread > 0 ? `${unread} unread` : '',
    clockAheadSeconds === null ? '' : clockText(clockAheadSeconds),
  ];
  return field(style, 'device', printable(said.filter((each) => each !== '').join(', ')));
}

function clockText(aheadSeconds: number): string {
  if (Math.abs(aheadSeconds) <= 2) return 'clock right';
  return `clock ${durationText(aheadSeconds)} ${aheadSeconds > 0 ? 'ahead' : 'behind'}`;
}
