import { expect, it } from 'vitest';
import { ask } from './support/client.js';
import { get } from './support/requests.js';
import { startListener } from './support/started.js';

it('greets a person with the address that was typed, and with its own where nobody says', async () => {
  const { port } = await startListener();
  const typed = await ask(port, get('/', ['Host: hip.example:9090']));
  expect(typed.body).toMatch(/Server address {2}hip\.example\n {2}Server port {5}9090\n/);
  for (const headers of [[], ['Host: <script>:1'], ['Host: 192.0.2.1']]) {
    const own = await ask(port, get('/', headers));
    expect(own.body).toContain(`Server address  127.0.0.1\n  Server port     ${port}\n`);
  }
});
