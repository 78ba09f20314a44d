import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/lib/errors.js';
import { exitCodeOfSync, renderSync } from '../../src/lib/shell/sync/sync-report.js';
import type { SyncReport } from '../../src/lib/shell/sync/sync-run.js';
import { emptyReport, type FileReport, NO_TALLY } from '../../src/lib/sync/report.js';

const FAULT = { code: 'HIP_DB_CONNECT', message: 'db.example does not answer', remedy: 'Check the line.' };
const SOURCE = { path: '/alog', lastWriteAt: '2026-01-15T02:00:00.000Z', staleAfterMs: 1, stale: false };

function file(parts: Partial<FileReport> = {}): FileReport {
  return { ...emptyReport('/alog/a.txt', 'read', { format: 'hip-alog' }), ...parts };
}

function report(parts: Partial<SyncReport> = {}): SyncReport {
  return {
    files: [file()],
    foldersNotRead: [],
    totals: { files: 1, ...NO_TALLY },
    sources: [SOURCE],
    delivered: 0,
    waiting: 0,
    refusedByDatabase: 0,
    target: 'mysql://db.example:3306/hip.device_logs',
    fault: null,
    alreadyRunning: false,
    dryRun: false,
    ...parts,
  };
}

describe('the exit code', () => {
  const broken = file({ state: 'unreadable', problem: { reason: 'damaged', text: 'It is damaged.' } });
  const missing = emptyReport('/alog', 'unreadable', { problem: { reason: 'not-found', text: 'Gone.' } });
  const rejected = { files: 1, ...NO_TALLY, rejected: 1 };

  it.each([
    ['done', report(), EXIT.done],
    ['nobody claims a file', report({ files: [file({ state: 'unclaimed', format: null })] }), EXIT.done],
    ['another sync is at work', report({ alreadyRunning: true }), EXIT.done],
    ['a line was refused', report({ totals: rejected }), EXIT.needsPerson],
    ['a file can not be read', report({ files: [broken] }), EXIT.needsPerson],
    ['the database refused a punch', report({ refusedByDatabase: 1 }), EXIT.needsPerson],
    [
      'dates of earlier lines turn out to be read wrongly',
      report({ files: [file({ doubtful: true })] }),
      EXIT.needsPerson,
    ],
    ['a source is silent', report({ sources: [{ ...SOURCE, stale: true }] }), EXIT.needsPerson],
    ['the database is away', report({ fault: FAULT, totals: rejected }), EXIT.unreachable],
    ['the folder is missing', report({ files: [missing], fault: FAULT }), EXIT.usage],
  ])('%s', (_, one, code) => {
    expect(exitCodeOfSync(one)).toBe(code);
  });
});

describe('the report for people', () => {
  it('fits 80 columns on a terminal, whatever the files are called and hold', async () => {
    const long = 'a very long file name that somebody gave to a monthly export of January 2026.csv';
    const rejects = Array.from({ length: 30 }, (_, i) => ({
      line: i + 1,
      reason: 'year-out-of-range' as const,
      text: `\u001b[31m${'สมชาย '.repeat(30)}`,
    }));
    const text = await renderSync(
      report({
        files: [
          file({
            path: `/alog/${long}`,
            rejected: rejects,
            remarks: [
              'Some dates can only be day first, others only month first: dates that could be either are refused.',
            ],
          }),
          file({
            state: 'unclaimed',
            format: null,
            problem: {
              reason: 'unclaimed',
              text: 'No format knows these lines: set sync.format, or sync.csv.columns for a table of your own.',
            },
          }),
          file({ pendingTail: { line: 5, text: '3 1003' } }),
        ],
        totals: { files: 3, punches: 1_000_000, duplicates: 1_000_000, skipped: 1_000_000, rejected: 30 },
        sources: [{ ...SOURCE, path: 'D:\\Program Files (x86)\\HIPPremiumTime-2.0.4\\alog', stale: true }],
        fault: FAULT,
        waiting: 12,
      }),
      80,
    );
    expect(text.split('\n').filter((one) => one.length > 80)).toEqual([]);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('and 20 more: hip quarantine list');
    expect(text).toContain('line 5 waits');
  });

  it('says what failed, that nothing is lost, and what to do', async () => {
    const text = await renderSync(report({ fault: FAULT, waiting: 12 }), undefined);
    expect(text).toContain('1 file read.');
    expect(text).toContain('! db.example does not answer. All punches are safe here. Check the line.');
  });

  it('names folders that are not entered, and counts one as one', async () => {
    const foldersNotRead = ['/alog/2025', '/alog/2026'];
    const text = await renderSync(report({ foldersNotRead, target: null, waiting: 1 }), undefined);
    expect(text).toContain('\n2 folders inside are not read: 2025, 2026\n');
    expect(text).toContain('1 punch waits in the journal.');
  });

  it('counts what has nothing new instead of listing it', async () => {
    const old = Array.from({ length: 10_000 }, (_, i) => emptyReport(`/alog/${i}.txt`, 'ignored'));
    const text = await renderSync(report({ files: [...old, file({ state: 'unchanged' })] }), undefined);
    expect(text).toBe(
      [
        '0 files read, 1 unchanged, 10000 ignored for their age.',
        '0 new punches, 0 known, 0 refused, 0 lines without punches.',
        '0 delivered to mysql://db.example:3306/hip.device_logs, 0 waiting.',
      ].join('\n'),
    );
  });
});
