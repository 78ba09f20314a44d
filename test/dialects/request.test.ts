import { describe, expect, test } from 'vitest';
import { createWireRequest } from '../../src/lib/dialects/request.js';
import { fc } from '../support/property.js';

function request(target: string, pathPrefix = '', rawHeaders: string[] = []) {
  const raw = {
    method: 'post',
    target,
    rawHeaders,
    httpVersion: '1.1',
    body: new Uint8Array(),
    remoteAddress: '',
  };
  return createWireRequest(raw, pathPrefix);
}

describe('path', () => {
  test.each([
    ['/iclock/cdata', '/iclock/cdata'],
    ['//iclock/cdata', '/iclock/cdata'],
    ['/iclock//cdata///', '/iclock/cdata'],
    ['/iclock/cdata/?SN=1', '/iclock/cdata'],
    ['http://192.0.2.1:9090/iclock/cdata?SN=1', '/iclock/cdata'],
    ['HTTP://192.0.2.1', '/'],
    ['/iclock%2Fcdata', '/iclock/cdata'],
    ['/%zz/a', '/%zz/a'],
    ['iclock/cdata', '/iclock/cdata'],
    ['', '/'],
    ['/', '/'],
    ['///', '/'],
    ['*', '/*'],
    ['/ข้อมูล', '/ข้อมูล'],
  ])('of %s is %s', (target, path) => {
    expect(request(target).path).toBe(path);
  });

  test.each([
    ['/token/iclock/cdata', '/token', '/iclock/cdata'],
    ['/token/iclock/cdata', 'token/', '/iclock/cdata'],
    ['/iclock/cdata', '/token', '/iclock/cdata'],
    ['/token', '/token', '/'],
    ['/tokens/a', '/token', '/tokens/a'],
    ['/a', '/', '/a'],
  ])('of %s with the prefix %s is %s', (target, prefix, path) => {
    expect(request(target, prefix).path).toBe(path);
  });
});

describe('query', () => {
  test('has names in lower case, the first of a repeated one, and decoded values', () => {
    const { query } = request('/a?SN=1&sn=2&Table=ATTLOG&&x&=y&name=middle%20east&plus=a+b&bad=100%&eq=a=b');
    expect(Object.fromEntries(query)).toEqual({
      sn: '1',
      table: 'ATTLOG',
      x: '',
      '': 'y',
      name: 'middle east',
      plus: 'a+b',
      bad: '100%',
      eq: 'a=b',
    });
  });

  test('is empty without one', () => {
    expect(request('/a').query.size).toBe(0);
    expect(request('/a?').query.size).toBe(0);
  });
});

test('headers have names in lower case, the first of a repeated one', () => {
  const { headers, method } = request('/', '', ['Host', 'a', 'HOST', 'b', 'X-Odd', '1', 'dangling']);
  expect(Object.fromEntries(headers)).toEqual({ host: 'a', 'x-odd': '1' });
  expect(method).toBe('POST');
});

test('never throws, and always has a path', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.array(fc.string()),
      (target, prefix, headers) => {
        const read = request(target, prefix, headers);
        expect(read.path.startsWith('/')).toBe(true);
        expect(read.target).toBe(target);
      },
    ),
  );
});

test('a client that invents names does not fill the memory', () => {
  for (let i = 0; i < 10_000; i++) {
    const name = `X-Name-${i}`;
    expect(request('/', '', [name, 'v']).headers.get(name.toLowerCase())).toBe('v');
  }
});
