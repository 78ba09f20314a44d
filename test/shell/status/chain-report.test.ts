import { expect, it } from 'vitest';
import { renderPlan } from '../../../src/lib/shell/status/chain-report.js';
import { sayFault } from '../../../src/lib/shell/status/status.js';
import type { MendPlan } from '../../../src/lib/sinks/table-mend.js';

const PLAN: MendPlan = {
  byHand: [],
  removal: { rows: 1, backupTable: 'device_logs_duplicates_20261120', prepare: [], copy: '', remove: '' },
  steps: [
    { sql: 'ALTER TABLE …', says: `change ${'user_id to VARCHAR(64), '.repeat(9)}each compared by bytes` },
  ],
};

it('fits a plan into the terminal, its steps hanging under their numbers', () => {
  const lines = renderPlan(PLAN, 80).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => /^ {2}\d\. /.test(line))).toHaveLength(2);
  expect(lines[1]).toContain('move 1 row ');
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}(?:\d\.| {2}) \S/);
  expect(renderPlan(PLAN).split('\n')).toHaveLength(3);
});

it('ends sentences with one mark, and SQL to copy with its own', () => {
  const remedy = "Let the administrator run: GRANT INSERT ON `a`.`b` TO 'hip'@'localhost';";
  expect(sayFault({ message: 'It has no INSERT right', remedy })).toBe(`It has no INSERT right. ${remedy}`);
  expect(sayFault({ message: 'Down!', remedy: 'Wait.' })).toBe('Down! Wait.');
});
