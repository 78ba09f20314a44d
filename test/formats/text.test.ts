import { describe, expect, it } from 'vitest';
import { createHead, HEAD_BYTES } from '../../src/lib/formats/head.js';
import { decodeText, detectText, foldDigits, isExpected, stripPadding } from '../../src/lib/formats/text.js';
import { bytesOf } from './reading.js';

const utf16le = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));

describe('detectText', () => {
  it('goes by the byte order mark first', () => {
    expect(detectText(Uint8Array.of(0xef, 0xbb, 0xbf, 0xa1))).toEqual({ encoding: 'utf-8', bomBytes: 3 });
    expect(detectText(Uint8Array.of(0xff, 0xfe, 0x31, 0))).toEqual({ encoding: 'utf-16le', bomBytes: 2 });
    expect(detectText(Uint8Array.of(0xfe, 0xff, 0, 0x31))).toEqual({ encoding: 'utf-16be', bomBytes: 2 });
  });

  it('finds UTF-16 by NULs that always stand on the same side', () => {
    expect(detectText(utf16le('รหัส 1\r\n')).encoding).toBe('utf-16le');
    expect(detectText(new Uint8Array(Buffer.from('1 2 3\r\n', 'utf16le').swap16())).encoding).toBe(
      'utf-16be',
    );
    expect(detectText(Uint8Array.from([...bytesOf('1 1001'), ...new Array(30).fill(0)])).encoding).toBe(
      'ascii',
    );
  });

  it('takes UTF-8 only with Thai, Lao or Latin letters', () => {
    expect(detectText(bytesOf('สมชาย')).encoding).toBe('utf-8');
    expect(detectText(bytesOf('ສົມພອນ é')).encoding).toBe('utf-8');
    // In Windows-874 these bytes are a Thai word; as UTF-8 they would be a Samaritan letter.
    expect(detectText(Uint8Array.of(0xe0, 0xa1, 0xa8)).encoding).toBe('windows-874');
    expect(detectText(Uint8Array.of(0xca, 0xc1, 0xaa, 0xd2, 0xc2)).encoding).toBe('windows-874');
  });

  it('lets the lines vote: one name cut within a letter turns nothing', () => {
    const cut = bytesOf('มานี').slice(0, -1);
    const line = bytesOf('\nสมชาย\nมานี\n');
    expect(detectText(Uint8Array.from([...cut, ...line])).encoding).toBe('utf-8');
  });

  it('takes the first bytes of a first letter for no evidence: more of the file will tell', () => {
    const thai = [...bytesOf('1 1001\r\n'), ...bytesOf('ห')];
    expect(detectText(Uint8Array.from(thai.slice(0, -2))).encoding).toBe('ascii');
    expect(detectText(Uint8Array.from(thai.slice(0, -1))).encoding).toBe('ascii');
    expect(detectText(Uint8Array.from(thai)).encoding).toBe('utf-8');
  });

  it('does not hold it against a line that the head cut it within a letter', () => {
    const long = bytesOf('ก'.repeat(100));
    expect(detectText(long.slice(0, 100)).encoding).toBe('utf-8');
  });
});

describe('decodeText', () => {
  it('gives a letter for each byte of Windows-874, none of them lost', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = decodeText(bytes, 'windows-874');
    expect(text).toHaveLength(256);
    expect(new Set(text.slice(0xa1, 0xdb)).size).toBe(0xdb - 0xa1);
    expect(text).not.toContain('\ufffd');
    expect(text[0x80]).toBe('€');
    expect(text[0xa0]).toBe('\u00a0');
  });

  it('judges a line of a file that was ASCII so far by itself', () => {
    expect(decodeText(bytesOf('สมชาย'), 'ascii')).toBe('สมชาย');
    expect(decodeText(Uint8Array.of(0xca, 0xc1, 0xaa, 0xd2, 0xc2), 'ascii')).toBe('สมชาย');
  });

  it('keeps UTF-8 with a cut letter and gives up on more than that', () => {
    expect(decodeText(bytesOf('มานี').slice(0, -1), 'utf-8')).toBe('มาน\ufffd');
    expect(decodeText(Uint8Array.of(0xca, 0xc1, 0xaa, 0xd2, 0xc2), 'utf-8')).toBe('สมชาย');
  });
});

it('accepts the usual letters only where the whole rule does', () => {
  const exact = /^[\p{sc=Thai}\p{sc=Lao}\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}]$/u;
  for (let code = 0; code < 0xd800; code += 1) {
    const letter = String.fromCharCode(code);
    expect(isExpected(letter), code.toString(16)).toBe(exact.test(letter));
  }
});

it('folds the digits of both scripts and nothing else', () => {
  expect(foldDigits('๐๑๒๓๔๕๖๗๘๙ ໐໑໒໓໔໕໖໗໘໙ ก໐ເ')).toBe('0123456789 0123456789 ก0ເ');
});

it('strips what is no content', () => {
  expect(stripPadding('\0\0a\ufeffb\u001a')).toBe('ab');
});

describe('createHead', () => {
  it('leaves out a line that the end of the head cut', () => {
    const bytes = bytesOf(`${'x'.repeat(HEAD_BYTES - 3)}\nabcdef`);
    expect(createHead(bytes, bytes.length).lines).toEqual(['x'.repeat(HEAD_BYTES - 3)]);
    expect(createHead(bytes, bytes.length).whole).toBe(false);
  });

  it('tells text from what is none', () => {
    const binary = (bytes: Uint8Array): boolean => createHead(bytes, bytes.length).binary;
    expect(binary(bytesOf('1\t2\r\n\f'))).toBe(false);
    expect(binary(Uint8Array.of(0x50, 0x4b, 3, 4, ...bytesOf('plain text behind it')))).toBe(true);
    expect(binary(Uint8Array.from({ length: 216 }, (_, at) => (at % 9 === 0 ? 0x31 : 0)))).toBe(true);
    expect(
      binary(Uint8Array.from([...bytesOf('1 1001 15/01/2026\r\n'.repeat(9)), ...new Array(400).fill(0)])),
    ).toBe(false);
  });
});
