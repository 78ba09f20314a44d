import type { LoadedConfig } from '../../config.js';
import { HipError } from '../../errors.js';
import { type ForwardTarget, parseForward } from '../../sniff/backend.js';
import { lanAddresses } from '../serve/addresses.js';
import type { ReplaySettings } from './replay-app.js';
import type { SniffSettings } from './sniff-app.js';

/** The flags of `hip sniff` that say what it listens to. */
export interface SniffFlags {
  readonly port?: readonly number[] | undefined;
  readonly host?: string | undefined;
  readonly silent: boolean;
  readonly forward?: string | undefined;
  readonly insecure: boolean;
  readonly save?: string | undefined;
  readonly scrub: boolean;
}

/** @throws {HipError} HIP_USAGE when what it would forward to can't be meant */
export function sniffSettings(flags: SniffFlags, { config }: LoadedConfig): SniffSettings {
  const ports = flags.port ?? [config.serve.port];
  const target = flags.forward === undefined ? null : targetOf(flags.forward, flags.insecure);
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

/** The flags of `hip sniff --replay`. */
export interface ReplayFlags {
  readonly replay: string;
  readonly target?: string | undefined;
  readonly insecure: boolean;
  readonly fast: boolean;
}

/** @throws {HipError} HIP_USAGE when the target can't be meant */
export function replaySettings({ replay, target, insecure, fast }: ReplayFlags): ReplaySettings {
  return { dir: replay, target: target === undefined ? null : targetOf(target, insecure), fast };
}

function targetOf(text: string, isInsecure: boolean): ForwardTarget {
  const target = parseForward(text);
  return isInsecure && target.tls ? { ...target, anyCertificate: true } : target;
}

function isOurselves({ host, port }: ForwardTarget, ports: readonly number[]): boolean {
  return ports.includes(port) && (isLoopback(host) || lanAddresses().includes(host));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
