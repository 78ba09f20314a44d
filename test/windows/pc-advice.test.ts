import { expect, it } from 'vitest';
import { adviseBy, type PcCalls } from '../../src/lib/windows/pc-advice.js';

const plain: PcCalls = {
  network: { remoteName: () => null },
  registry: { getUserText: () => null },
  power: null,
};

it('warns of a PC that goes to sleep, with what to type', () => {
  const after = (seconds: number | null) =>
    adviseBy([], { ...plain, power: { sleepAfterSeconds: () => seconds } });
  expect(after(1_800)).toEqual([
    expect.stringMatching(/sleep after 30 minutes.*powercfg \/change standby-timeout-ac 0$/),
  ]);
  expect([after(0), after(null), adviseBy([], plain)]).toEqual([[], [], []]);
});

it('names the share behind a mapped drive, which services do not have', () => {
  const network = { remoteName: (drive: string) => (drive === 'Z:' ? '\\\\nas\\office' : null) };
  expect(adviseBy(['Z:\\alog', 'C:\\alog'], { ...plain, network })).toEqual([
    'Z:\\alog is on a network drive that services do not have: write \\\\nas\\office\\alog',
  ]);
});
