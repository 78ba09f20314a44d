import { expect, it } from 'vitest';
import { type Column, renderTable } from '../../../src/lib/shell/terminal/table.js';

type Row = readonly [string, string, string];

const COLUMNS: readonly Column<Row>[] = [
  { title: 'DEVICE', value: ([device]) => device },
  { title: 'NAME', value: ([, name]) => name, shrink: true },
  { title: 'STATE', value: ([, , state]) => state },
];
const NAMELESS: readonly Row[] = [
  ['CQZ7241900017', '', 'new'],
  ['CQZ7241900018', '', 'approved'],
];

it('keeps an empty column where there is room, and when piped', async () => {
  expect(await renderTable(COLUMNS, NAMELESS, 80)).toContain('NAME');
  expect(await renderTable(COLUMNS, NAMELESS, undefined)).toContain('DEVICE\tNAME\tSTATE');
});

it('leaves an empty column out before it cuts a filled one', async () => {
  const text = await renderTable(COLUMNS, NAMELESS, 24);
  expect(text).not.toContain('NAME');
  expect(text).toContain('CQZ7241900018  approved');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(24);
});

it('cuts a filled column that gives way', async () => {
  const text = await renderTable(COLUMNS, [['CQZ7241900017', 'Gate of the long warehouse', 'new']], 40);
  expect(text).toContain('Gate of the');
  expect(text).toContain('…');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
});
