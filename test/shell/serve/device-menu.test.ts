import { expect, it } from 'vitest';
import { demandedPath, renderDeviceMenu } from '../../../src/lib/shell/serve/device-menu.js';

const SERVER = { addresses: ['192.0.2.10'], port: 9090 };

it('names the path that devices have to send, as it stands in front of theirs', () => {
  for (const pathPrefix of ['k7Qm', '/k7Qm', '/k7Qm/']) {
    const path = demandedPath({ requirePathPrefix: true, pathPrefix });
    expect(renderDeviceMenu({ ...SERVER, path })).toContain(
      '  Path            /k7Qm   (all others are turned away)',
    );
  }
});

it('asks for none where none is demanded', () => {
  const path = demandedPath({ requirePathPrefix: false, pathPrefix: '/k7Qm' });
  expect(renderDeviceMenu({ ...SERVER, path }).join('\n')).not.toContain('Path');
});
