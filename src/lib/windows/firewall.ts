import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const RULE = 'HIP Device Server';

export interface FirewallRule {
  readonly ports: readonly number[];
  /** CIDRs or addresses besides the local subnet. */
  readonly allow: readonly string[];
}

/** One inbound rule of our name: an old one goes first. Rejects when Windows refuses. */
export async function openFirewall(rule: FirewallRule): Promise<void> {
  await closeFirewall();
  await netsh('add', renderRule(rule));
}

/** In the words of `netsh advfirewall firewall add rule`. */
export function renderRule({ ports, allow }: FirewallRule): readonly string[] {
  return [
    'dir=in',
    'action=allow',
    'protocol=TCP',
    `localport=${ports.join(',')}`,
    `remoteip=${['localsubnet', ...allow].join(',')}`,
    // Windows takes many an office network for a public one.
    'profile=any',
  ];
}

export async function closeFirewall(): Promise<void> {
  try {
    await netsh('delete', []);
  } catch {
    // netsh fails when there is no such rule, which is what we want.
  }
}

/** By its full path: nothing of that name in some folder is started with our rights. */
async function netsh(verb: string, args: readonly string[]): Promise<void> {
  const program = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'netsh.exe');
  const rule = ['advfirewall', 'firewall', verb, 'rule', `name=${RULE}`, ...args];
  await run(program, rule, { windowsHide: true });
}
