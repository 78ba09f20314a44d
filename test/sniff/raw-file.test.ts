import { describe, expect, it } from 'vitest';
import { RawConnection, rawFileHead } from '../../src/lib/sniff/raw-file.js';
import { connectionOf, START_MS } from './observations.js';
import { conversationsOf, readPcapng } from './pcapng.js';

const [FIN, SYN, ACK] = [1, 2, 16];

function fileOf(remoteAddress: string, localAddress: string): Buffer {
  const raw = new RawConnection({ ...connectionOf(1), remoteAddress }, localAddress);
  return Buffer.concat([
    rawFileHead(),
    ...raw.opened(START_MS),
    ...raw.passed(Buffer.from('odd'), { fromDevice: true, atMs: START_MS + 5 }),
    ...raw.passed(Buffer.alloc(150_000, 'x'), { fromDevice: false, atMs: START_MS + 7.25 }),
    ...raw.passed(Buffer.from('more'), { fromDevice: true, atMs: START_MS + 9 }),
    ...raw.closed(START_MS + 10),
  ]);
}

describe('the raw file', () => {
  it('is a pcapng of whole TCP connections with the times of this PC', () => {
    const segments = readPcapng(fileOf('192.0.2.20', '192.0.2.10'));
    expect(segments.map(({ flags }) => flags & (FIN | SYN | ACK))).toEqual([
      SYN,
      SYN | ACK,
      ACK,
      ...[ACK, ACK, ACK, ACK, ACK],
      FIN | ACK,
      FIN | ACK,
    ]);
    expect(segments[0]).toMatchObject({ from: '192.0.2.20:40001', to: '192.0.2.10:9090' });
    const [conversation, ...others] = conversationsOf(segments);
    expect(others).toEqual([]);
    expect(conversation?.fromDevice.toString()).toBe('oddmore');
    expect(conversation?.toDevice.equals(Buffer.alloc(150_000, 'x'))).toBe(true);
    expect([...new Set(segments.map(({ atMs }) => atMs - START_MS))]).toEqual([0, 5, 7.25, 9, 10]);
  });

  it('knows IPv6', () => {
    const [first] = readPcapng(fileOf('fe80::1:2%eth0', '2001:db8::'));
    expect(first?.from).toBe('fe800000000000000000000000010002:40001');
    expect(first?.to).toBe('20010db8000000000000000000000000:9090');
  });

  it('is the same for the same traffic at the same times', () => {
    expect(fileOf('192.0.2.20', '192.0.2.10').equals(fileOf('192.0.2.20', '192.0.2.10'))).toBe(true);
  });
});
