import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseWriter } from '../../src/lib/sniff/case-folder.js';
import { readCases } from '../../src/lib/sniff/case-read.js';
import { createExplainer } from '../../src/lib/sniff/explain.js';
import { runWireCase } from '../dialects/wire-run.js';
import { faultsOfPunches, faultsOfReply, loadWireCases, type WireCase } from '../support/wire-case.js';
import { exchangeOf, explainerParts, replyOf, START_MS, wireCases } from './observations.js';

const dir = mkdtempSync(join(tmpdir(), 'hip-cases-'));
beforeAll(() => save(wireCases));
afterAll(() => rmSync(dir, { recursive: true }));

async function save(cases: readonly WireCase[]): Promise<void> {
  const explainer = createExplainer({ ...explainerParts(), withPremises: true });
  const { settings, pathPrefix } = explainerParts();
  const writer = createCaseWriter({ dir, explainer, scrubber: null, settings, pathPrefix });
  for (const [i, { request }] of cases.entries()) {
    const reply = replyOf({
      status: 200,
      headers: [
        ['Date', 'x'],
        ['X', 'y'],
      ],
      body: Buffer.from([0, 255, i % 2]),
    });
    await writer.write(exchangeOf(request, { number: i + 1, atMs: START_MS + i * 1000, reply }));
  }
  await writer.close();
}

describe('saved exchanges', () => {
  it('come back as they were', async () => {
    const saved = await readCases(dir);
    expect(saved.length).toBe(wireCases.length);
    for (const [i, one] of saved.entries()) {
      const { request } = wireCases[i]!;
      expect({ ...one.request, body: null }).toEqual({ ...request, body: null });
      expect(Buffer.compare(one.request.body, request.body)).toBe(0);
      expect(one.timing).toMatchObject({ number: i + 1, requestAtMs: START_MS + i * 1000, port: 9090 });
      expect(one.reply?.body).toEqual(Buffer.from([0, 255, i % 2]));
    }
  });

  it('are tests as soon as they lie among the wire cases', () => {
    const loaded = loadWireCases(dir);
    expect(loaded.length).toBe(wireCases.length);
    const faults = loaded.flatMap((wireCase) =>
      faultsOf(wireCase, loaded).map((fault) => `${wireCase.name}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });
});

function faultsOf(wireCase: WireCase, all: readonly WireCase[]): string[] {
  const { dialect, reading, reply, newPunches } = runWireCase(wireCase, all);
  const { expect: wanted } = wireCase;
  if (dialect !== wanted.dialect) return [`claimed by ${dialect}, not by ${wanted.dialect}`];
  if (reading === null || reply === null) return [];
  const body = typeof reply.body === 'string' ? reply.body : new TextDecoder().decode(reply.body);
  const isHead = wireCase.request.method === 'HEAD';
  return [
    ...faultsOfReply(wanted, { status: reply.status, body: isHead ? '' : body, headers: reply.headers }),
    ...faultsOfPunches(wanted.punches, newPunches),
    ...(reading.unread.length === wanted.quarantined ? [] : [`${reading.unread.length} unread`]),
  ];
}
