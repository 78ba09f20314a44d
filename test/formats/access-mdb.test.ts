import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accessMdb } from '../../src/lib/formats/access-mdb.js';
import { createContext, readAll } from './reading.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'files', 'access-mdb');
const PAGE_BYTES = 4096;
/** Page of the punch table's rows in the sample, and where its row offsets begin. */
const ROWS_PAGE = 7;
const OFFSETS_AT = 14;
const LAST_ROW = 6;

function sample(): Buffer {
  return readFileSync(join(FOLDER, 'pm2014-sample', 'Pm2014-sample.mdb'));
}

function withLastRowAt(offset: number): Uint8Array {
  const bytes = sample();
  bytes.writeUInt16LE(offset, ROWS_PAGE * PAGE_BYTES + OFFSETS_AT + 2 * LAST_ROW);
  return bytes;
}

describe('access-mdb', () => {
  it('refuses a row that the reader chokes on, and reads its neighbours', async () => {
    const reading = await readAll(accessMdb, { fileName: 'Pm2014.mdb', bytes: withLastRowAt(0xfff) });
    expect(reading.punches.map((punch) => punch.line)).toEqual([1, 2, 3, 4, 5]);
    expect(reading.rejected).toMatchObject([{ line: 6, reason: 'row-unreadable' }]);
  });

  it('makes no punch of the pointer that a moved row leaves behind', async () => {
    const reading = await readAll(accessMdb, {
      fileName: 'Pm2014.mdb',
      bytes: withLastRowAt(0x8000 | 0xeaf),
    });
    expect(reading.punches).toHaveLength(5);
    expect(reading.rejected).toHaveLength(1);
  });

  it('reads a Jet 4 database with no, the right and a wrong password', async () => {
    const bytes = sample();
    for (const accessPassword of [null, 'demo-pass-1', 'wrong']) {
      const reading = await readAll(
        accessMdb,
        { fileName: 'x.mdb', bytes },
        createContext({ accessPassword }),
      );
      expect(reading.punches).toHaveLength(6);
    }
  });

  it.each([
    {
      name: 'one that is encrypted in a way of its own',
      version: 1,
      scrambled: true,
      reason: 'wrong-password',
    },
    { name: 'one of Access 97 that is encrypted', version: 0, scrambled: true, reason: 'wrong-password' },
    { name: 'one of Access 97 that is damaged', version: 0, scrambled: false, reason: 'damaged' },
  ])('says why it can not read $name', async ({ version, scrambled, reason }) => {
    const bytes = sample();
    bytes[0x14] = version;
    const pageBytes = version === 0 ? 2048 : PAGE_BYTES;
    for (let at = pageBytes; at < bytes.length; at += 1) bytes[at] = scrambled ? bytes[at]! ^ 0x5a : 0;
    bytes[2 * pageBytes] = scrambled ? 0x77 : 2;
    const file = { fileName: 'x.mdb', bytes };
    await expect(readAll(accessMdb, file)).rejects.toMatchObject({ name: 'FileUnreadable', reason });
  });

  it.each([
    {
      lacks: 'the table of punches',
      sample: 'pm2014-sample/Pm2014-sample.mdb',
      name: 'checkinout',
      as: 'latin1',
    },
    {
      lacks: 'the table to join',
      sample: 'att2000-sample/att2000-sample.mdb',
      name: 'USERINFO',
      as: 'latin1',
    },
    {
      lacks: 'the column of times',
      sample: 'att2000-sample/att2000-sample.mdb',
      name: 'CHECKTIME',
      as: 'utf16le',
    },
  ] as const)(
    'reports a database that lacks $lacks once, not row by row',
    async ({ sample: file, name, as }) => {
      const bytes = readFileSync(join(FOLDER, file));
      const other = Buffer.from(`${name.slice(0, -1)}_`, as);
      for (let at = bytes.indexOf(name, 0, as); at >= 0; at = bytes.indexOf(name, at, as))
        other.copy(bytes, at);
      await expect(readAll(accessMdb, { fileName: 'x.mdb', bytes })).rejects.toMatchObject({
        reason: 'no-punch-table',
      });
    },
  );

  it('knows a database by its first bytes, whatever its name', () => {
    const head = {
      bytes: new Uint8Array(sample()),
      whole: true,
      encoding: 'ascii',
      binary: true,
      lines: [],
    } as const;
    expect(accessMdb.claims(head, 'backup.bin')).toBe(true);
    expect(accessMdb.claims({ ...head, bytes: new Uint8Array(64) }, 'backup.bin')).toBe(false);
  });

  it('writes raw in the form of the previous system', async () => {
    const { punches } = await readAll(accessMdb, { fileName: 'x.mdb', bytes: sample() });
    expect(punches[0]!.raw).toBe(
      'Badge:1001|CheckTime:2026-01-15 07:58:12|Type:I|Verify:1|Sensor:1|WorkCode:0|SN:HPT6800001',
    );
  });

  it('names the device of a row without serial number by its sensor', async () => {
    const machines = new Map([['2', 'HPT6800002']]);
    const { punches } = await readAll(
      accessMdb,
      { fileName: 'x.mdb', bytes: sample() },
      createContext({ machines }),
    );
    expect(punches[3]).toMatchObject({ deviceSn: 'HPT6800002', proven: false });
    expect(punches[0]).toMatchObject({ deviceSn: 'HPT6800001', proven: true });
  });
});
