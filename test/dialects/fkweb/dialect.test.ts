import { describe, expect, test } from 'vitest';
import { renderFrame } from '../../../src/lib/dialects/fkweb/frame.js';
import { createFkwebDialect } from '../../../src/lib/dialects/fkweb/index.js';
import { createWireRequest } from '../../../src/lib/dialects/request.js';
import { codeOf, glog, headerOf, Rig, SN } from './rig.js';

const POLL = (time: string) => ({
  code: 'receive_cmd',
  body: renderFrame({ fk_name: 'Gate', fk_time: time }),
});

describe('answers', () => {
  test('write the header names in the case that firmware insists on', () => {
    const { stored } = new Rig().read(POLL('20261122120000'));
    expect(stored.headers.map(([name]) => name)).toEqual([
      'response_code',
      'trans_id',
      'cmd_code',
      'Content-Type',
    ]);
  });

  test('never name trans_id on a framed event', () => {
    const { stored } = new Rig().read({
      code: 'realtime_glog',
      body: renderFrame(glog('20260710080000')),
      headers: { trans_id: 'T' },
    });
    expect(stored.headers.map(([name]) => name)).toEqual(['response_code', 'Content-Type']);
  });

  test('hold no header that a request could break out of', () => {
    const body = JSON.stringify({
      dev_id: SN,
      request_code: 'send_cmd_result',
      trans_id: 'x\r\nSet-Cookie: y',
      block: '',
    });
    const request = createWireRequest({
      method: 'POST',
      target: '/',
      httpVersion: '1.1',
      rawHeaders: ['Content-Type', 'application/json'],
      body: new TextEncoder().encode(body),
      remoteAddress: '192.0.2.20',
    });
    const dialect = createFkwebDialect();
    expect(dialect.claims(request)).toBe(true);
    const values = dialect.read(request, new Rig().context()).stored.headers.flat().join('');
    expect(values).not.toMatch(/[\r\n]/);
  });
});

describe('facts', () => {
  test('are one line without control characters, whatever the device is called', () => {
    const body = renderFrame({
      fk_name: '\u001b]0;x\u0007Gate\r\n',
      fk_info: { fk_bin_data_lib: '\u007fLib' },
    });
    const { facts } = new Rig().read({ code: 'receive_cmd', body });
    expect(facts).toEqual({ deviceName: ']0;x Gate', library: 'Lib' });
  });

  test('are told only when they are news', () => {
    const rig = new Rig();
    expect(rig.read(POLL('20261122120010')).facts).toEqual({ deviceName: 'Gate', clockOffsetSeconds: '10' });
    expect(rig.read(POLL('20261122120011')).facts).toEqual({});
    expect(rig.read(POLL('20261122120030')).facts).toEqual({ clockOffsetSeconds: '30' });
  });
});

describe('a clock back at its factory date', () => {
  test('is set once, and again only after it was right', () => {
    const rig = new Rig();
    const handed = rig.read(POLL('20150101001922'));
    expect(headerOf(handed.stored, 'cmd_code')).toBe('SET_TIME');
    expect(headerOf(handed.stored, 'trans_id')).toMatch(/^\d{1,16}$/);
    expect(rig.say(POLL('20150101001932'))).toBe('ERROR_NO_CMD');
    expect(rig.say(POLL('20261122120000'))).toBe('ERROR_NO_CMD');
    rig.nowMs += 60_000;
    expect(headerOf(rig.read(POLL('20000101000000')).stored, 'cmd_code')).toBe('SET_TIME');
  });

  test('is tried again after an hour when the device never took it', () => {
    const rig = new Rig();
    rig.say(POLL('20150101001922'));
    rig.nowMs += 3_600_000;
    expect(rig.say(POLL('20150101011922'))).toBe('OK');
  });

  test("is left alone while this PC's clock is in doubt", () => {
    const rig = new Rig();
    rig.maySetClocks = false;
    expect(rig.say(POLL('20150101001922'))).toBe('ERROR_NO_CMD');
  });
});

describe('commands', () => {
  test('go out one per poll, oldest first', () => {
    const rig = new Rig();
    rig.pending = [
      { id: '1', verb: 'info', text: '' },
      { id: '2', verb: 'users', text: '' },
    ];
    expect(rig.read(POLL('20261122120000')).commandsSent).toEqual(['1']);
    rig.pending = rig.pending.slice(1);
    expect(rig.read(POLL('20261122120000')).commandsSent).toEqual(['2']);
  });

  test('a restart counts as done when handed out, so that it is not offered again', () => {
    const rig = new Rig();
    rig.pending = [{ id: '5', verb: 'reboot', text: '' }];
    const { commandsSent, commandResults } = rig.read(POLL('20261122120000'));
    expect({ commandsSent, commandResults }).toMatchObject({
      commandsSent: ['5'],
      commandResults: [{ id: '5', returnCode: 0 }],
    });
  });

  test.each([
    'CLEAR_LOG_DATA',
    'CLEAR_ENROLL_DATA',
    'DELETE_USER',
    'SET_WEB_SERVER_INFO',
    'UPDATE_FIRMWARE',
    'SET_COMMAND',
  ])('%s is never handed out', (code) => {
    const rig = new Rig();
    rig.pending = [{ id: '5', verb: 'raw', text: `${code} {"a":1}` }];
    const { stored, commandsSent } = rig.read(POLL('20261122120000'));
    expect([codeOf(stored), commandsSent]).toEqual(['ERROR_NO_CMD', []]);
  });

  test('an id that does not fit the wire is never handed out', () => {
    const rig = new Rig();
    rig.pending = [{ id: '1\r\nx: y', verb: 'info', text: '' }];
    expect(rig.say(POLL('20261122120000'))).toBe('ERROR_NO_CMD');
  });
});

describe('claims', () => {
  const dialect = createFkwebDialect();
  const claims = (target: string, headers: string[] = [], body = '') =>
    dialect.claims(
      createWireRequest({
        method: body === '' ? 'GET' : 'POST',
        target,
        httpVersion: '1.1',
        rawHeaders: headers,
        body: new TextEncoder().encode(body),
        remoteAddress: '192.0.2.20',
      }),
    );

  test('by header, whatever the path', () => {
    for (const path of ['/', '//', '/hdata.aspx', '/iclock/cdata?SN=1', 'http://10.0.0.5:9090']) {
      expect(claims(path, ['request_code', 'receive_cmd'])).toBe(true);
    }
  });

  test('no request of the other families', () => {
    expect(claims('/iclock/cdata?SN=1&table=ATTLOG', ['dev_id', '1'], '5\t2026-07-10 08:00:00')).toBe(false);
    expect(claims('/iclock/getrequest?SN=1')).toBe(false);
    expect(claims('/iclock/cdata?SN=1&page_id=x&device_id=y')).toBe(false);
    expect(claims('/', ['Content-Type', 'application/json'], '{"dev_id":"1"}')).toBe(false);
    expect(claims('/', ['Content-Type', 'application/json'], '{"request_code":')).toBe(false);
  });
});
