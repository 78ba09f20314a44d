import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Simulate from '../../src/commands/simulate.js';
import { EXIT } from '../../src/lib/errors.js';
import { openReceiver, type Receiver } from './receiver.js';

let receiver: Receiver;
let printed: string[];

class Printing extends Simulate {
  override log(text = ''): void {
    if (!this.jsonEnabled()) printed.push(text);
  }

  override logJson(value: unknown): void {
    printed.push(JSON.stringify(value));
  }
}

beforeEach(async () => {
  printed = [];
  receiver = await openReceiver();
});

afterEach(async () => {
  process.exitCode = undefined;
  await receiver.close();
});

describe('hip simulate', () => {
  it('says whom it sends to, and at the end what became of it', async () => {
    await Printing.run(['--target', receiver.url, '--count', '20', '--seed', '3'], import.meta.url);
    expect(printed[0]).toBe(`1 adms device, 20 punches to ${receiver.url}, seed 3`);
    expect(printed[1]).toMatch(/^20 sent, 20 acknowledged, 0 unacknowledged; /);
    expect(process.exitCode).toBeUndefined();
  });

  it('prints its summary as JSON', async () => {
    await Printing.run(['--target', receiver.url, '--count', '20', '--json'], import.meta.url);
    expect(JSON.parse(printed.join(''))).toMatchObject({
      outcome: 'done',
      dialect: 'adms',
      acknowledged: 20,
    });
  });

  it('ends with 3 when punches stayed unacknowledged', async () => {
    receiver.judge = () => 'refuse';
    await Printing.run(['--target', receiver.url, '--count', '5', '--attempts', '2'], import.meta.url);
    expect(printed[1]).toMatch(/^Gave up: .* 5 unacknowledged/);
    expect(process.exitCode).toBe(EXIT.unreachable);
  });

  it.each(['adms', 'fkweb'])(
    'sums up at once when it is stopped before a silent target gives an answer (%s)',
    async (dialect) => {
      receiver.isDeaf = true;
      const before = process.listenerCount('SIGTERM');
      const args = ['--target', receiver.url, '--dialect', dialect, '--count', '5'];
      const run = Printing.run(args, import.meta.url);
      await expect.poll(() => receiver.requests.length).toBeGreaterThan(0);
      process.emit('SIGTERM');
      await run;
      expect(printed[1]).toMatch(/^Interrupted: 0 sent, 0 acknowledged, 5 unacknowledged/);
      expect(process.exitCode).toBe(EXIT.unreachable);
      expect(process.listenerCount('SIGTERM')).toBe(before);
    },
  );

  it('ends with 3 and a clear sentence when nothing answers', async () => {
    await receiver.die();
    const run = Printing.run(['--target', receiver.url, '--attempts', '1'], import.meta.url);
    await expect(run).rejects.toMatchObject({
      code: 'HIP_TARGET_UNREACHABLE',
      oclif: { exit: EXIT.unreachable },
    });
  });
});
