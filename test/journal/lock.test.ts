import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLock, openLock } from '../../src/lib/journal/lock.js';
import { useChildren } from './children.js';
import { useFolder } from './folder.js';

const folder = useFolder();
const children = useChildren();

describe('a lock among processes', () => {
  it('excludes, shares, and can be taken again after release', () => {
    const file = join(folder.dataDir(), 'x.lock');
    const first = openLock(file, 'shared')!;
    const second = openLock(file, 'shared')!;
    expect(openLock(file, 'exclusive')).toBeNull();
    first.release();
    expect(openLock(file, 'exclusive')).toBeNull();
    second.release();
    const alone = createLock(file, 'exclusive');
    expect([alone.tryAcquire(), alone.tryAcquire()]).toEqual([true, true]);
    expect([openLock(file, 'shared'), openLock(file, 'exclusive')]).toEqual([null, null]);
    alone.release();
    expect(alone.tryAcquire()).toBe(true);
    alone.release();
  });

  for (const mode of ['exclusive', 'shared'] as const) {
    it(`${mode}: held by a process through its sleep, free at once when it is killed`, async () => {
      const file = join(folder.dataDir(), 'x.lock');
      const child = children.start({ does: 'lock', file, mode });
      expect(await child.next('ready')).toMatchObject({ done: true });
      const lock = createLock(file, 'exclusive');
      expect(lock.tryAcquire()).toBe(false);
      child.signal('SIGSTOP');
      expect(lock.tryAcquire()).toBe(false);
      child.signal('SIGCONT');
      expect(lock.tryAcquire()).toBe(false);
      child.signal('SIGKILL');
      await child.ended;
      expect(lock.tryAcquire()).toBe(true);
      lock.release();
    });
  }

  it('keeps others out of what this process holds', async () => {
    const file = join(folder.dataDir(), 'x.lock');
    const lock = openLock(file, 'exclusive')!;
    expect(await children.start({ does: 'lock', file, mode: 'shared' }).next('ready')).toMatchObject({
      done: false,
    });
    lock.release();
    expect(await children.start({ does: 'lock', file, mode: 'shared' }).next('ready')).toMatchObject({
      done: true,
    });
    expect(await children.start({ does: 'lock', file, mode: 'shared' }).next('ready')).toMatchObject({
      done: true,
    });
    expect(openLock(file, 'exclusive')).toBeNull();
  });
});
