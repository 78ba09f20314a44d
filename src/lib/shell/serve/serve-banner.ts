import { renderOffset } from '../../time-zone.js';
import { lanAddresses } from './addresses.js';
import { renderDeviceMenu } from './device-menu.js';

export interface BannerFacts {
  readonly version: string;
  readonly address: { readonly host: string; readonly port: number };
  readonly securePort: number | null;
  /** Demanded of devices; null without one. */
  readonly path: string | null;
  readonly journalPath: string;
  /** Target without secrets; null without a database. */
  readonly target: string | null;
  readonly utcOffsetMinutes: number;
  /** As configured; null is this PC's. */
  readonly zone: string | null;
  readonly statusUrl: string | null;
}

/** What a person needs in the first minute: addresses, what to type into the device, where the data lies. */
export function renderBanner(facts: BannerFacts): string {
  const { host, port } = facts.address;
  const isAnyAddress = host === '0.0.0.0' || host === '::';
  // A PC set to UTC is rarely what the office meant.
  const zoneIsDoubtful = facts.zone === null && facts.utcOffsetMinutes === 0;
  const addresses = isAnyAddress ? lanAddresses() : [host];
  return [
    `hip ${facts.version} listens on port ${port}.`,
    '',
    ...renderDeviceMenu({ addresses, port, path: facts.path }),
    ...(facts.securePort === null ? [] : [`  With HTTPS on: port ${facts.securePort}`]),
    '',
    `Punches are kept in ${facts.journalPath}`,
    facts.target === null
      ? 'No database is configured: punches wait there. See them with: hip punches'
      : `and delivered to ${facts.target}`,
    `Devices are told the time zone ${renderOffset(facts.utcOffsetMinutes)}.`,
    ...(zoneIsDoubtful
      ? [
          '  WARNING: this PC is set to UTC. If your office is not, device clocks jump:',
          '  set serve.timeZone, for example "Asia/Bangkok".',
        ]
      : []),
    ...(facts.statusUrl ? [`Status: hip status, or ${facts.statusUrl}`] : []),
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}
