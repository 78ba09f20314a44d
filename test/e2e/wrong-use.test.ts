import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/lib/journal/open.js';
import { runHip } from '../support/program.js';

/** What people type and write wrongly: each is told in words, with the exit code for it and without a stack. */

let folder: string;
const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hip-wrong-'));
  const journal = openJournal({ dataDir: inFolder('data') });
  const device = { sn: 'CQZ0000000017', dialect: 'adms' };
  await journal.append({ source: 'adms', receivedAt: new Date(), punches: [], device });
  journal.close();
  const files = {
    'broken.json': '{ "serve": { "port": 9090, } ',
    'unknown.json': '{ "serve": { "prot": 1, "port": "x" }, "databse": {} }',
    'list.json': '[]',
    'half-tls.json': '{ "serve": { "tlsPort": 9443, "port": 0, "statusPort": 0 } }',
    file: 'no journal',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(inFolder(name), text);
  // As Windows PowerShell writes a file.
  writeFileSync(inFolder('utf16.json'), '\uFEFF{ "log": { "level": "loud" } }', 'utf16le');
  mkdirSync(inFolder('empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `@name` is a file of the folder; runs on the data folder there unless it names one. */
async function told(line: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const words = line.split(' ').map((word) => (word.startsWith('@') ? inFolder(word.slice(1)) : word));
  const place = words.includes('--data-dir') ? [] : ['--data-dir', inFolder('data')];
  const { code, stdout, stderr } = await runHip([...words, ...place]);
  // oclif wraps and indents; the words are what counts.
  return { code, text: `${stdout}${stderr}`.replace(/[\s›]+/g, ' ') };
}

const CASES: readonly (readonly [line: string, says: readonly string[]])[] = [
  ['stauts', ['no command "hip stauts"', 'Did you mean: hip status']],
  ['punches --devise CQZ0000000017', ['"hip punches" knows no --devise.', 'Did you mean: --device']],
  ['punches --statee=held --jsn', ['knows no --statee nor --jsn', 'Did you mean: --state', '--json']],
  ['serve --log-dir x', ['"hip serve" knows no --log-dir', 'hip serve --help']],
  ['devices command CQZ0000000017 info --nowait', ['Did you mean: --no-wait']],
  ['sniff -z', ['"hip sniff" knows no -z. Code: HIP_USAGE Try this: See all flags']],
  ['status now', ['"hip status" takes no "now"']],
  ['punches --from yesterday', ['--from "yesterday" is no time', '2026-11-22']],
  ['punches --from 2026-11-22 --to 2026-11-01', ['lies behind --to']],
  ['punches --state waitin', ['waiting, held, delivered, rejected']],
  ['punches --limit -1', ['greater than or equal to 0']],
  ['devices approve CQZ000000017', ['No device CQZ000000017 is known', 'Did you mean: CQZ0000000017']],
  ['devices command CQZ0000000018 info', ['Did you mean: CQZ0000000017', '--unseen']],
  ['devices command CQZ0000000017 clear', ['info, reboot, set-time, resend, users']],
  ['devices reconcile NOBODY --day 2026-11-20', ['No device NOBODY is known']],
  ['quarantine show 5', ['Nothing in quarantine has the number 5']],
  ['backup @nowhere/copy', ['folder that is there']],
  ['restore @file', ['@file is damaged', 'hip salvage']],
  ['salvage @file', ['never was one']],
  ['status --config @broken.json', ['is not JSON', 'no comma']],
  ['status --config @unknown.json', ['3 faults', 'did you mean serve.port', 'did you mean database']],
  ['status --config @list.json', ['must hold one JSON object']],
  ['status --config @utf16.json', ['log.level must be one of']],
  ['status --config @nowhere.json', ['there is no such file']],
  ['status --config @empty', ['it is a folder']],
  ['status --data-dir @nowhere', ['There is no data folder', 'hip serve']],
  ['status --data-dir @file', ['there is a file of that name']],
  ['serve --data-dir @file', ['there is a file of that name']],
  ['serve --port 99999', ['less than or equal to 65535']],
  ['serve --config @half-tls.json', ['serve.tlsPort needs serve.tlsCert']],
  ['test-db', ['No database is configured', 'hip init']],
];

describe('wrong use ends with 2 and says what to do', () => {
  it.each(CASES)('hip %s', async (line, says) => {
    const { code, text } = await told(line);
    for (const words of says) expect(text).toContain(words.replace('@', `${folder}/`));
    expect(text).not.toMatch(/\bat \S+ \(|node:internal|USAGE \$/);
    expect(code).toBe(2);
  });

  it.each([
    ['status', '--data-dir'],
    ['status', '--config'],
    ['sync', '--log-dir'],
    ['sniff', '--save'],
    ['init', '--from'],
    ['punches', '--device'],
  ])('also where a variable of a script was empty: hip %s %s', async (command, flag) => {
    const { code, stdout, stderr } = await runHip([command, flag, '']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${flag} is empty`);
  });

  it.each(['stauts --json', 'punches --from x --json', 'status --json --config @broken.json'])(
    'as one object: hip %s',
    async (line) => {
      const { code, text } = await told(line);
      expect(code).toBe(2);
      expect(JSON.parse(text)).toMatchObject({ error: { code: expect.stringMatching(/^HIP_/) } });
    },
  );
});

it('a command for a device that has not called yet is queued when that is said', async () => {
  const { code, text } = await told('devices command CQZ0000000018 info --unseen --no-wait');
  expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('this device has never called') });
});
