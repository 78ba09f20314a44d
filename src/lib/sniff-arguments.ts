import { lanAddresses } from './addresses.js';
import type { LoadedConfig } from './config.js';
import { HipError } from './errors.js';
import { type ForwardTarget, parseForward } from './sniff/backend.js';
import type { SniffSettings } from './sniff-app.js';

/** The flags of `hip sniff` that say what it listens to. */
export interface SniffFlags {
  readonly port?: readonly number[] | undefined;
  readonly host?: string | undefined;
  readonly silent: boolean;
  readonly forward?: string | undefined;
  readonly save?: string | undefined;
  readonly scrub: boolean;
}

/** @throws {HipError} HIP_USAGE when what it would forward to can't be meant */
export function sniffSettings(flags: SniffFlags, { config }: LoadedConfig): SniffSettings {
  const ports = [...new Set(flags.port ?? [config.serve.port])];
  const target = flags.forward === undefined ? null : parseForward(flags.forward);
  if (target !== null && isOurselves(target, ports)) {
    throw new HipError('HIP_USAGE', `--forward ${flags.forward} leads back to hip sniff itself.`, {
      suggestions: [
        'Give the other program another port and forward to that, or listen on another with --port',
      ],
    });
  }
  return {
    host: flags.host ?? config.serve.host,
    ports,
    answers: target ?? (flags.silent ? 'nobody' : 'hip'),
    save: flags.save === undefined ? null : { dir: flags.save, scrub: flags.scrub },
  };
}

function isOurselves({ host, port }: ForwardTarget, ports: readonly number[]): boolean {
  return ports.includes(port) && (isLoopback(host) || lanAddresses().includes(host));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** What a person needs to know before the first device knocks. */
export function renderSniffBanner(
  { answers, save }: SniffSettings,
  addresses: readonly { readonly host: string; readonly port: number }[],
): string {
  const anywhere = addresses.some(({ host }) => host === '0.0.0.0' || host === '::');
  const ours = anywhere ? lanAddresses() : [...new Set(addresses.map(({ host }) => host))];
  const ports = addresses.map(({ port }) => port).join(', ');
  return [
    `Listening on port ${ports} (${ours.join(', ') || 'this PC has no network address'}).`,
    answersText(answers),
    ...(save === null ? [] : saveText(save)),
    'Stop with Ctrl-C; a summary follows.',
    '',
  ].join('\n');
}

function answersText(answers: SniffSettings['answers']): string {
  if (answers === 'nobody') return 'Nothing is answered: devices will give up after a while and try again.';
  if (answers === 'hip') {
    return 'Devices are answered as hip serve would, but punches with "try again": none is taken, none is lost.';
  }
  const { tls, host, port } = answers;
  return `Everything goes on unchanged to ${tls ? 'https' : 'http'}://${host}:${port}, and its answers back.`;
}

function saveText({ dir, scrub }: { readonly dir: string; readonly scrub: boolean }): string[] {
  if (scrub) return [`Exchanges are saved to ${dir}, without names, passwords, templates and photos.`];
  return [
    `Everything is saved to ${dir} as it came, with the names, passwords, fingerprints and photos in it.`,
    '  Keep these files as you would keep the devices themselves, and delete them when done.',
  ];
}
