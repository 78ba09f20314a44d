import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/lib/journal/database.js';
import type { Journal } from '../../src/lib/journal/journal.js';
import { append, entry, punch, punches } from '../contracts/journal/samples.js';
import { useFolder } from './folder.js';

const folder = useFolder();
afterEach(() => {
  vi.restoreAllMocks();
});

const days = (journal: Journal): number => [...journal.punches({})].length;

/** Changes what the next connection is set to; returns that connection once it is open. */
function alsoSet(pragma: string): () => Database {
  const makeDurable = Database.prototype.makeDurable;
  let changed: Database | null = null;
  vi.spyOn(Database.prototype, 'makeDurable').mockImplementation(function (this: Database) {
    makeDurable.call(this);
    this.exec(`PRAGMA disk.${pragma}`);
    changed = this;
  });
  return () => changed!;
}

describe('law 1: commit, then answer', () => {
  it('synchronous is FULL after a write, and a journal that has less is not opened', () => {
    const db = new Database(folder.open().path);
    db.makeDurable();
    db.write(() => db.exec('UPDATE tally SET skipped = 1'));
    expect([db.pragma('journal_mode'), db.pragma('synchronous')]).toEqual(['wal', 2]);
    db.close();
    alsoSet('synchronous = NORMAL');
    expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'HIP_JOURNAL_UNWRITABLE' }));
  });

  it('an append resolves only after its commit', async () => {
    const [journal, observer] = [folder.open(), folder.open()];
    const appended = append(journal, punch());
    expect(days(observer)).toBe(0);
    await appended;
    expect(days(observer)).toBe(1);
  });

  it('what comes in one turn is one commit; a burst of backlogs is several', async () => {
    const journal = folder.open();
    const commits = vi.spyOn(Database.prototype, 'writeAtOnce');
    await Promise.all(punches(50).map((one) => append(journal, one)));
    expect(commits).toHaveBeenCalledTimes(1);
    const backlogs = Array.from({ length: 6 }, (_, n) => punches(900, { deviceSn: `SN${n}` }));
    const results = await Promise.all(backlogs.map((list) => append(journal, ...list)));
    expect(results.map(({ stored }) => stored)).toEqual(Array(6).fill(900));
    expect(commits).toHaveBeenCalledTimes(4);
  });

  it('close commits what is queued', async () => {
    const journal = folder.open();
    const appended = append(journal, punch());
    folder.close(journal);
    expect(await appended).toMatchObject({ stored: 1 });
    await expect(append(journal, punch())).rejects.toThrow('closed');
    expect(days(folder.open())).toBe(1);
  });

  it('an entry that cannot be stored harms no neighbour', async () => {
    const journal = folder.open();
    const bad = punch({ time: 'no time' });
    const results = await Promise.allSettled([
      append(journal, punch()),
      append(journal, punch({ userId: '8' }), bad),
      journal.append(entry([punch({ userId: '9', deviceSn: 'SNB' })], { device: { sn: 'SNB' } })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { name: 'JournalUnavailable', reason: 'unknown' } });
    expect([...journal.punches({})].map(({ userId }) => userId)).toEqual(['7', '9']);
    expect(journal.totals()).toMatchObject({ waiting: 2 });
    expect(journal.devices().map(({ sn }) => sn)).toEqual(['SNA', 'SNB']);
  });
});

describe('a full disk', () => {
  interface SmallDisk {
    makeRoom(): void;
    unmount(): void;
  }

  /** A real small disk where this user may mount one, else a limit on the file; both are SQLITE_FULL. */
  function smallDisk(): SmallDisk {
    const dataDir = folder.dataDir();
    const run = (...command: string[]): void =>
      void execFileSync(command[0]!, command.slice(1), { stdio: 'ignore' });
    try {
      run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'hip-test', dataDir);
    } catch {
      const limited = alsoSet('max_page_count = 60');
      return {
        makeRoom: () => limited().exec('PRAGMA disk.max_page_count = 100000'),
        unmount: () => undefined,
      };
    }
    return {
      makeRoom: () => run('mount', '-o', 'remount,size=16m', dataDir),
      unmount: () => run('umount', '-l', dataDir),
    };
  }

  it('refuses the entry, says why, keeps on reading, and stores again once there is room', async () => {
    const disk = smallDisk();
    const journal = folder.open();
    try {
      let day = 0;
      const nextDay = () =>
        punches(200, {
          time: new Date(Date.UTC(2026, 0, ++day)).toISOString().slice(0, 19).replace('T', ' '),
          raw: 'x'.repeat(200),
        });
      const fill = async (): Promise<void> => {
        for (;;) await append(journal, ...nextDay());
      };
      await expect(fill()).rejects.toMatchObject({ name: 'JournalUnavailable', reason: 'disk-full' });
      await expect(append(journal, ...nextDay())).rejects.toMatchObject({ reason: 'disk-full' });
      const { waiting } = journal.totals();
      expect(waiting).toBe(days(journal));
      const keys = journal.take(100_000).map(({ key }) => key);
      expect(keys).toHaveLength(waiting);
      const onlooker = folder.open();
      expect(onlooker.totals().waiting).toBe(waiting);
      folder.close(onlooker);
      disk.makeRoom();
      expect(await append(journal, ...nextDay())).toMatchObject({ stored: 200 });
      expect(journal.totals().waiting).toBe(waiting + 200);
    } finally {
      folder.close(journal);
      disk.unmount();
    }
  });
});

describe('what cannot be opened', () => {
  it('a folder that cannot be made, a journal that is none: one clear sentence and what to do', () => {
    const file = folder.open().path;
    const errors = [
      () => folder.open({ dataDir: `${file}/below-a-file` }),
      () => {
        const dataDir = `${folder.dataDir()}/other`;
        mkdirSync(`${dataDir}/hip.db`, { recursive: true });
        folder.open({ dataDir });
      },
    ].map((open) => {
      try {
        open();
        return null;
      } catch (error) {
        return error;
      }
    });
    expect(errors).toMatchObject([
      {
        name: 'HipError',
        code: 'HIP_DATA_DIR_UNWRITABLE',
        suggestions: [expect.any(String), expect.any(String)],
      },
      { name: 'HipError', code: 'HIP_JOURNAL_UNWRITABLE', suggestions: [expect.any(String)] },
    ]);
  });

  it('a journal of a newer version is left alone', async () => {
    const journal = folder.open();
    await append(journal, punch());
    folder.close(journal);
    const db = new Database(journal.path);
    db.exec('PRAGMA disk.user_version = 99');
    db.close();
    expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'HIP_JOURNAL_NEWER' }));
    const again = new Database(journal.path);
    expect(again.pragma('user_version')).toBe(99);
    again.exec('PRAGMA disk.user_version = 1');
    again.close();
    expect(days(folder.open())).toBe(1);
  });
});
