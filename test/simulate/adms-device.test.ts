import { describe, expect, it } from 'vitest';
import { createAdmsDevice } from '../../src/lib/simulate/adms-device.js';
import type { DeviceReply, SimulatedDevice, SimulatedPunch } from '../../src/lib/simulate/device.js';

const OPTIONS = 'GET OPTION FROM: SIM1\nATTLOGStamp=9999\nDelay=7\n';

function punch(index: number): SimulatedPunch {
  const time = `2026-01-05 08:00:${String(index).padStart(2, '0')}`;
  return { deviceSn: 'SIM1', userId: String(1000 + index), time, status: 0, verify: 1 };
}

function answer(body: string, status = 200): DeviceReply {
  return { status, headers: new Map(), body: Buffer.from(body) };
}

/** A device that said its greeting, options and first poll, and has `punches` to tell. */
function createGreeted(punches = 0, batch = 10): SimulatedDevice {
  const device = createAdmsDevice({ sn: 'SIM1', batch });
  for (const body of [OPTIONS, 'OK', 'OK']) {
    device.next();
    device.read(answer(body));
  }
  for (let i = 0; i < punches; i += 1) device.punch(punch(i));
  return device;
}

describe('simulated ADMS device', () => {
  it('greets, sends its options and polls with INFO before anything else', () => {
    const device = createAdmsDevice({ sn: 'SIM1', batch: 10 });
    device.punch(punch(0));
    expect(device.next().target).toMatch(/^\/iclock\/cdata\?SN=SIM1&options=all&.*pushver=2\.4\.1/);
    expect(device.read(answer(OPTIONS)).verdict).toBe('understood');
    expect(device.pollDelayMs).toBe(7_000);
    const options = device.next();
    expect(options).toMatchObject({ method: 'POST', target: '/iclock/cdata?SN=SIM1&table=options' });
    expect(options.body).toContain('~SerialNumber=SIM1,');
    device.read(answer('OK'));
    expect(device.next().target).toMatch(/^\/iclock\/getrequest\?SN=SIM1&INFO=Ver%201/);
    device.read(answer('OK'));
    expect(device.next().target).toContain('table=ATTLOG');
  });

  it('takes only a valid block for a greeting', () => {
    const device = createAdmsDevice({ sn: 'SIM1', batch: 10 });
    device.next();
    expect(device.read(answer('OK')).verdict).toBe('refused');
    expect(device.next().purpose).toBe('greeting');
  });

  it('writes punches as terminals do and knows them acknowledged by OK', () => {
    const device = createGreeted(3, 2);
    const request = device.next();
    expect(request.body).toBe(
      '1000\t2026-01-05 08:00:00\t0\t1\t0\t0\t0\t255\t0\t0\t\n1001\t2026-01-05 08:00:01\t0\t1\t0\t0\t0\t255\t0\t0\t\n',
    );
    expect(request.punches).toBe(2);
    expect(device.unacknowledged).toBe(3);
    expect(device.read(answer('OK: 2')).acknowledged).toEqual([punch(0), punch(1)]);
    expect(device.unacknowledged).toBe(1);
    device.next();
    expect(device.read(answer('OK')).acknowledged).toEqual([punch(2)]);
    expect(device.busy).toBe(false);
    expect(device.next().target).toBe('/iclock/getrequest?SN=SIM1');
  });

  it.each([
    [503, 'OK: 2'],
    [200, 'ERROR: no room'],
    [200, ''],
  ])('sends the very same batch again after %i %j', (status, body) => {
    const device = createGreeted(2);
    const first = device.next();
    expect(device.read(answer(body, status))).toMatchObject({ verdict: 'refused', acknowledged: [] });
    device.punch(punch(5));
    expect(device.next()).toEqual(first);
  });

  it('greets again after silence, then sends the very same batch', () => {
    const device = createGreeted(2);
    const first = device.next();
    expect(device.read(null).verdict).toBe('silent');
    expect(device.unacknowledged).toBe(2);
    for (const body of [OPTIONS, 'OK', 'OK']) {
      expect(device.next().target).not.toContain('ATTLOG');
      device.read(answer(body));
    }
    expect(device.next()).toEqual(first);
  });

  it('tells of an operation now and then and waits until it is acknowledged', () => {
    const device = createGreeted(50, 50);
    device.next();
    device.read(answer('OK: 50'));
    const operation = device.next();
    expect(operation.target).toContain('table=OPERLOG');
    expect(operation.body).toBe('OPLOG 4\t0\t2026-01-05 08:00:49\t0\t0\t0\t0\n');
    device.read(answer('', 503));
    expect(device.next()).toEqual(operation);
    device.read(answer('OK: 1'));
    expect(device.busy).toBe(false);
  });

  it('polls even in the middle of a long upload', () => {
    const device = createGreeted(30, 1);
    const targets: string[] = [];
    while (device.unacknowledged > 0) {
      targets.push(device.next().target);
      device.read(answer('OK'));
    }
    expect(targets.filter((target) => target.includes('getrequest'))).toHaveLength(1);
  });
});

describe('commands', () => {
  function command(device: SimulatedDevice, text: string): void {
    expect(device.next().target).toContain('getrequest');
    device.read(answer(text));
  }

  it('are answered, INFO with facts and last, unknown ones with -1002', () => {
    const device = createGreeted();
    command(device, 'C:1:INFO\nC:2:SET OPTION A=1\nC:3:FLY\n');
    const result = device.next();
    expect(result.target).toBe('/iclock/devicecmd?SN=SIM1');
    expect(String(result.body)).toMatch(
      /^ID=2&Return=0&CMD=SET\nID=3&Return=-1002&CMD=FLY\nID=1&Return=0&CMD=INFO\nSN=SIM1\n~DeviceName=/,
    );
    device.read(answer('', 500));
    expect(device.next()).toEqual(result);
    device.read(answer('OK'));
    expect(device.busy).toBe(false);
  });

  it('CHECK makes it read its options again', () => {
    const device = createGreeted();
    command(device, 'C:1:CHECK\n');
    device.next();
    device.read(answer('OK'));
    expect(device.next().purpose).toBe('greeting');
  });

  it('DATA QUERY ATTLOG brings a window again, acknowledged only once', () => {
    const device = createGreeted(5);
    device.next();
    device.read(answer('OK: 5'));
    command(device, 'C:9:DATA QUERY ATTLOG StartTime=2026-01-05 08:00:01\tEndTime=2026-01-05 08:00:02\n');
    expect(device.next().punches).toBe(2);
    expect(device.unacknowledged).toBe(0);
    expect(device.read(answer('OK: 2')).acknowledged).toEqual([]);
    expect(device.next().body).toBe('ID=9&Return=0&CMD=DATA\n');
  });

  it('VERIFY SUM ATTLOG counts a window', () => {
    const device = createGreeted(5);
    device.next();
    device.read(answer('OK: 5'));
    command(device, 'C:9:VERIFY SUM ATTLOG StartTime=2026-01-05 08:00:01\tEndTime=2026-01-05 08:00:03\n');
    expect(device.next().body).toBe(
      'ID=9&Return=0&CMD=VERIFY SUM ATTLOG&StartTime=2026-01-05 08:00:01&EndTime=2026-01-05 08:00:03&AttlogCount=3\n',
    );
  });

  it('DATA QUERY USERINFO brings the users first, then the result', () => {
    const device = createGreeted(2);
    device.next();
    device.read(answer('OK: 2'));
    command(device, 'C:9:DATA QUERY USERINFO\n');
    const users = device.next();
    expect(users.target).toContain('table=OPERLOG');
    expect(String(users.body).match(/^USER PIN=\S+\tName=Simulated /gm)).toHaveLength(2);
    device.read(answer('OK: 2'));
    expect(device.next().body).toBe('ID=9&Return=0&CMD=DATA\n');
  });

  it('a repeated command is done once', () => {
    const device = createGreeted();
    command(device, 'C:1:INFO\nC:1:INFO\n');
    expect(String(device.next().body).match(/ID=1&/g)).toHaveLength(1);
  });
});

it('sends its whole memory again where the server knows no stamp', () => {
  const device = createGreeted(3);
  device.next();
  device.read(answer('OK: 3'));
  device.next();
  device.read(null);
  for (const body of ['GET OPTION FROM: SIM1\nATTLOGStamp=0\n', 'OK', 'OK']) {
    device.next();
    device.read(answer(body));
  }
  expect(device.next().punches).toBe(3);
  expect(device.read(answer('OK: 3')).acknowledged).toEqual([]);
});
