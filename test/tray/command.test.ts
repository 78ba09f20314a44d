import { expect, it } from 'vitest';
import { runHip } from '../support/program.js';

it('says where it is of no use that it is for Windows, and what to use instead', async () => {
  const ran = await runHip(['tray']);
  expect(ran.code).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toContain('The tray is for Windows.');
  expect(ran.stderr).toContain('hip status');
});
