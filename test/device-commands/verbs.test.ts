import { describe, expect, it } from 'vitest';
import { renderAdms } from '../../src/lib/device-commands/adms.js';
import { parseRange, refuseUnknown, renderRange, VERBS } from '../../src/lib/device-commands/verbs.js';
import { renderCommand } from '../../src/lib/dialects/fkweb/commands.js';
import { wallText } from '../../src/lib/punch.js';
import { fc } from '../support/property.js';

const NOW = '2026-11-22 12:00:00';
const time = fc.integer({ min: 946_684_800, max: 4_102_444_799 }).map(wallText);

describe('the range of a command', () => {
  it('comes out of the queue as it went in', () => {
    const range = fc.record({ from: time, to: time }, { requiredKeys: [] });
    fc.assert(
      fc.property(range, ({ from, to }) => {
        fc.pre(from === undefined || to === undefined || from <= to);
        const said = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
        expect(parseRange(renderRange(said))).toEqual(said);
      }),
    );
  });

  it.each([
    'x',
    '[]',
    '7',
    '{"from":1}',
    '{"from":"2026-02-30 00:00:00"}',
    '{"from":"2026-11-22 12:00:00\\nC:9:CLEAR DATA"}',
    '{"since":"2026-11-22"}',
    '{"from":"2026-11-30 00:00:00","to":"2026-11-01 00:00:00"}',
  ])('refuses %s', (text) => {
    expect(parseRange(text)).toBeNull();
    expect(() => refuseUnknown({ verb: 'resend', text })).toThrow('no time range');
  });
});

describe('what can be queued', () => {
  it('is the list of verbs and nothing else', () => {
    for (const verb of VERBS) expect(() => refuseUnknown({ verb, text: '' })).not.toThrow();
    fc.assert(
      fc.property(fc.string(), (verb) => {
        fc.pre(!(VERBS as readonly string[]).includes(verb));
        expect(() => refuseUnknown({ verb, text: '' })).toThrow('no command');
      }),
    );
    for (const verb of ['raw', 'clear', 'shell', 'firmware', 'PutFile', 'CLEAR DATA', 'SET_WEB_SERVER_INFO'])
      expect(() => refuseUnknown({ verb, text: 'CLEAR DATA' })).toThrow('no command');
  });
});

const queued = fc.record({
  id: fc.constant('7'),
  verb: fc.oneof(fc.constantFrom(...VERBS, 'raw'), fc.string()),
  text: fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('\r', '\n', '\t', ' ', 'C', ':', '8', 'CLEAR DATA', 'DATA QUERY x') }),
    time.map((from) => renderRange({ from })),
  ),
});

describe('what goes over the wire, whatever stands in the queue', () => {
  it('is one line of ADMS, with the TABs of a window at most where hip made it', () => {
    fc.assert(
      fc.property(queued, fc.boolean(), (command, isAccess) => {
        const words = renderAdms(command, { wallNow: NOW, isAccess });
        if (words === null) return;
        expect(words).not.toMatch(/[\r\n\u0000]/);
        expect(words).toMatch(
          /^(INFO|CHECK|LOG|REBOOT|RELOAD OPTIONS|DATA (QUERY|COUNT) |VERIFY SUM |GET OPTION|SET OPTIONS? DateTime=\d|CONTROL DEVICE 0*3000000$)/,
        );
        if ((VERBS as readonly string[]).includes(command.verb)) {
          expect(words.split('\t').length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it('is one of the harmless FK codes', () => {
    fc.assert(
      fc.property(queued, fc.boolean(), (command, isPlain) => {
        const code = renderCommand(command, { wallNow: NOW, isPlain })?.code;
        if (code === undefined) return;
        expect([
          'GET_LOG_DATA',
          'GET_USER_ID_LIST',
          'GET_USER_INFO',
          'GET_DEVICE_STATUS',
          'SET_TIME',
          'RESET_FK',
        ]).toContain(code);
      }),
    );
  });

  it('carries the time of the hand-out', () => {
    const text = 'SET OPTIONS DateTime=1';
    const command = { id: '7', verb: 'set-time', text };
    expect(renderAdms(command, { wallNow: '2018-02-22 14:54:54', isAccess: true })).toBe(
      'SET OPTIONS DateTime=583080894',
    );
    expect(renderCommand(command, { wallNow: NOW, isPlain: false })?.parameters).toEqual({
      time: '20261122120000',
    });
  });
});
