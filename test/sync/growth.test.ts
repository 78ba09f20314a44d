import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { line, lines, MINUTE_MS, SyncRig, TITLE } from './rig.js';

let rig: SyncRig;

beforeEach(() => {
  rig = new SyncRig();
});
afterEach(() => rig.close());

describe('a file that grows', () => {
  it('continues where it stopped and reads nothing twice', async () => {
    rig.write('a.txt', TITLE + lines(1, 3));
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'read', punches: 3, duplicates: 0, skipped: 2 });
    rig.append('a.txt', lines(4, 2));
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'read', punches: 2, duplicates: 0, skipped: 0 });
    expect(rig.users()).toEqual(['1001', '1002', '1003', '1004', '1005']);
  });

  it('whose later lines prove the earlier dates wrong says so once, and is doubtful then', async () => {
    const on = (date: string, number: number): string => line(number).replace(/\d\d\/01\/2026/, date);
    rig.write('a.txt', on('03/04/2026', 1) + on('05/04/2026', 2));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 2, doubtful: false });
    rig.append('a.txt', on('04/13/2026', 3));
    const report = await rig.passOf('a.txt');
    expect(report).toMatchObject({ punches: 1, doubtful: true });
    expect(report.remarks).toEqual([expect.stringContaining('month first from line 3 on')]);
    expect(await rig.passOf('a.txt')).toMatchObject({ doubtful: false });
  });

  it('is left alone while nobody writes to it', async () => {
    rig.write('a.txt', lines(1, 3));
    await rig.pass();
    let appends = 0;
    const { journal } = rig;
    rig.parts = {
      journal: {
        append: (entry) => {
          appends += 1;
          return journal.append(entry);
        },
        checkpoint: (file) => journal.checkpoint(file),
      },
    };
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'unchanged', format: 'hip-alog', punches: 0 });
    expect(appends).toBe(0);
    rig.touch('a.txt', rig.now);
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'unchanged', punches: 0, duplicates: 0 });
  });

  it('continues in chunks of at most a thousand punches, each with its checkpoint', async () => {
    rig.write('a.txt', lines(1, 2_500));
    const sizes: number[] = [];
    const { journal } = rig;
    const append = journal.append.bind(journal);
    journal.append = (entry) => {
      if (entry.punches.length > 0) {
        expect(entry.checkpoint?.file).toBe(rig.path('a.txt'));
        sizes.push(entry.punches.length);
      }
      return append(entry);
    };
    await rig.pass();
    expect(sizes).toEqual([1_000, 1_000, 500]);
  });

  it.each(['hip-alog', 'utf-16'])(
    'stores the same whatever the moments at which it is read (%s)',
    async (kind) => {
      const text = TITLE + lines(1, 6);
      const bytes = kind === 'utf-16' ? Buffer.from(`\uFEFF${text}`, 'utf16le') : Buffer.from(text);
      for (let end = 0; end <= bytes.length; end += 7) {
        rig.write('a.txt', bytes.subarray(0, end), rig.now);
        await rig.pass();
        rig.later(1_000);
      }
      rig.write('a.txt', bytes, rig.now);
      await rig.pass();
      expect(rig.users()).toEqual(['1001', '1002', '1003', '1004', '1005', '1006']);
      expect(rig.journal.totals()).toMatchObject({ duplicates: 0, quarantined: 0, skipped: 2 });
    },
  );
});

describe('a last line without line end', () => {
  const HALF = '3 1003 15/01/2026 08:0';

  it('waits, is shown, and is read once it is finished', async () => {
    rig.write('a.txt', lines(1, 2) + HALF, rig.now);
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 2, pendingTail: { line: 3, text: HALF } });
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 0, pendingTail: { line: 3, text: HALF } });
    rig.append('a.txt', '1:00 AM FP IN\r\n');
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, pendingTail: null });
    expect(rig.punches().at(-1)).toMatchObject({ userId: '1003', time: '2026-01-15 08:01:00' });
  });

  it('is taken when the file has been still for 15 minutes and the line is as long as the one before', async () => {
    rig.write('a.txt', lines(1, 2) + line(3).trimEnd(), rig.now);
    rig.later(14 * MINUTE_MS);
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 2, pendingTail: { line: 3 } });
    rig.later(MINUTE_MS);
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, pendingTail: null });
    rig.append('a.txt', `\r\n${line(4)}`);
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, duplicates: 0, rejected: [] });
    expect(rig.users()).toEqual(['1001', '1002', '1003', '1004']);
  });

  it('waits for ever when it is a half one', async () => {
    rig.write('a.txt', lines(1, 2) + HALF);
    rig.later(30 * 24 * 60 * MINUTE_MS);
    expect(await rig.passOf('a.txt')).toMatchObject({
      punches: 2,
      rejected: [],
      pendingTail: { text: HALF },
    });
    expect(rig.journal.totals().quarantined).toBe(0);
  });
});

describe('a file that is another now', () => {
  it('is read from its start when it was replaced by a shorter one', async () => {
    rig.write('a.txt', TITLE + lines(1, 5));
    await rig.pass();
    rig.write('a.txt', lines(11, 2));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 2, duplicates: 0 });
    expect((await rig.passOf('a.txt')).state).toBe('unchanged');
  });

  it('is read from its start when it was replaced by a longer one', async () => {
    rig.write('a.txt', lines(1, 5));
    await rig.pass();
    rig.write('a.txt', lines(11, 50));
    expect(await rig.passOf('a.txt')).toMatchObject({
      punches: 50,
      remarks: ['It was written anew, so it was read from its start.'],
    });
  });

  it('is read again when only a line in its middle changed, to the same length', async () => {
    rig.write('a.txt', lines(1, 50));
    await rig.pass();
    const text = readFileSync(rig.path('a.txt'), 'latin1').replace(line(20), line(90));
    rig.write('a.txt', text);
    expect(await rig.passOf('a.txt')).toMatchObject({ state: 'read', punches: 1, duplicates: 49 });
  });

  it('does not count on a clock: the same size and time with other content are seen', async () => {
    rig.write('a.txt', line(10));
    const writtenAt = new Date(rig.now.getTime() - 60_000);
    rig.touch('a.txt', writtenAt);
    await rig.pass();
    rig.write('a.txt', line(11), writtenAt);
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1 });
  });

  it('is cut short and grows again', async () => {
    rig.write('a.txt', lines(1, 5));
    await rig.pass();
    rig.write('a.txt', lines(1, 3));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 0, duplicates: 3 });
    rig.append('a.txt', lines(6, 1));
    expect(await rig.passOf('a.txt')).toMatchObject({ punches: 1, duplicates: 0 });
  });
});

describe('a file that was renamed or copied', () => {
  it('adds nothing, not even to the quarantine, and goes on growing under its new name', async () => {
    rig.write('a.txt', `${TITLE}${lines(1, 3)}4 1004 31/02/2026 07:59:00 AM FP\r\n`);
    await rig.pass();
    copyFileSync(rig.path('a.txt'), rig.path('copy of a.txt'));
    renameSync(rig.path('a.txt'), rig.path('b.txt'));
    const before = rig.journal.totals();
    const { totals } = await rig.pass();
    expect(totals).toEqual({ files: 2, punches: 0, duplicates: 0, skipped: 0, rejected: 0 });
    expect(rig.journal.totals()).toEqual(before);
    rig.append('b.txt', lines(5, 1));
    expect(await rig.passOf('b.txt')).toMatchObject({ punches: 1, duplicates: 0, rejected: [] });
  });

  it('is known again after it was rotated with lines that nobody had read', async () => {
    rig.write('a.txt', TITLE + lines(1, 3));
    await rig.pass();
    rig.append('a.txt', lines(4, 1));
    renameSync(rig.path('a.txt'), rig.path('a-old.txt'));
    rig.write('a.txt', TITLE + lines(5, 1));
    const { totals } = await rig.pass();
    expect(totals).toMatchObject({ punches: 2, duplicates: 0 });
  });
});
