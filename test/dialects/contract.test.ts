import { createDialects } from '../../src/lib/dialects/index.js';
import { createWireRequest } from '../../src/lib/dialects/request.js';
import { describeDialectContract } from '../contracts/dialect-contract.js';
import { loadWireCases } from '../support/wire-case.js';
import { contextOf } from './wire-run.js';

const CASES = loadWireCases('test/wire');
/** The contract bends samples many times over; large ones would only make it slow. */
const MAX_SAMPLE_BYTES = 4_096;

for (const { name } of createDialects()) {
  const create = () => createDialects().find((dialect) => dialect.name === name)!;
  const samples = CASES.map((each) => each.request)
    .filter((request) => request.body.length <= MAX_SAMPLE_BYTES)
    .filter((request) => create().claims(createWireRequest(request)));
  describeDialectContract(name, { create, context: contextOf(), samples });
}
