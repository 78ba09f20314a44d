import { isIPv6 } from 'node:net';
import type { SniffedConnection } from './exchange.js';

/**
 * The raw file: pcapng (IETF draft-ietf-opsawg-pcapng), which Wireshark opens. The tap sees streams, not packets, so
 * the IP and TCP headers are made up: one packet per chunk as it was read, addresses, ports, times and payload are
 * real, sequence numbers begin at 0, TCP checksums are left out. The same traffic at the same times makes the same
 * file.
 */
export const RAW_FILE_NAME = 'capture.pcapng';

const SECTION_BLOCK = 0x0a0d0d0a;
const INTERFACE_BLOCK = 1;
const PACKET_BLOCK = 6;
const BYTE_ORDER = 0x1a2b3c4d;
/** Packets begin with their IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101;
const PACKET_BLOCK_HEAD = 28;
const TCP_HEAD = 20;
/** With both headers below the 65,535 bytes that IP can say. */
const MAX_PAYLOAD = 65_000;

const FIN = 0x01;
const SYN = 0x02;
const PUSH = 0x08;
const ACK = 0x10;

/** How the file begins. Times are in microseconds, the format's default. */
export function rawFileHead(): Buffer {
  const head = Buffer.alloc(28 + 20);
  head.writeUInt32LE(SECTION_BLOCK, 0);
  head.writeUInt32LE(28, 4);
  head.writeUInt32LE(BYTE_ORDER, 8);
  head.writeUInt16LE(1, 12);
  // Length of the section: not known beforehand.
  head.writeBigInt64LE(-1n, 16);
  head.writeUInt32LE(28, 24);
  head.writeUInt32LE(INTERFACE_BLOCK, 28);
  head.writeUInt32LE(20, 32);
  head.writeUInt16LE(LINKTYPE_RAW, 36);
  head.writeUInt32LE(20, 44);
  return head;
}

interface Side {
  readonly address: Buffer;
  readonly port: number;
  /** Of the next byte from this side. */
  sequence: number;
}

interface Segment {
  readonly from: Side;
  readonly to: Side;
  readonly flags: number;
  readonly payload: Buffer;
  readonly atMs: number;
}

/** One connection in the raw file: every method gives the bytes to append, in order. */
export class RawConnection {
  readonly #device: Side;
  readonly #us: Side;

  constructor(connection: SniffedConnection, localAddress: string) {
    const { remoteAddress, remotePort, port } = connection;
    this.#device = { address: addressBytes(remoteAddress), port: remotePort, sequence: 0 };
    this.#us = { address: addressBytes(localAddress), port, sequence: 0 };
  }

  opened(atMs: number): Buffer[] {
    const ends = { payload: NOTHING, atMs };
    return [
      ...this.#segment({ from: this.#device, to: this.#us, flags: SYN, ...ends }),
      ...this.#segment({ from: this.#us, to: this.#device, flags: SYN | ACK, ...ends }),
      ...this.#segment({ from: this.#device, to: this.#us, flags: ACK, ...ends }),
    ];
  }

  passed(chunk: Buffer, { fromDevice, atMs }: { fromDevice: boolean; atMs: number }): Buffer[] {
    const [from, to] = fromDevice ? [this.#device, this.#us] : [this.#us, this.#device];
    const blocks: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD) {
      const payload = chunk.subarray(at, at + MAX_PAYLOAD);
      blocks.push(...this.#segment({ from, to, flags: PUSH | ACK, payload, atMs }));
    }
    return blocks;
  }

  closed(atMs: number): Buffer[] {
    const ends = { flags: FIN | ACK, payload: NOTHING, atMs };
    return [
      ...this.#segment({ from: this.#device, to: this.#us, ...ends }),
      ...this.#segment({ from: this.#us, to: this.#device, ...ends }),
    ];
  }

  #segment(segment: Segment): Buffer[] {
    const { from, payload, flags, atMs } = segment;
    const ip = ipHead(segment);
    const tcp = tcpHead(segment);
    // SYN and FIN count as one byte each.
    from.sequence = (from.sequence + payload.length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
    return packetBlock([ip, tcp, payload], atMs);
  }
}

function packetBlock(parts: readonly Buffer[], atMs: number): Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padding = (4 - (length % 4)) % 4;
  const blockLength = PACKET_BLOCK_HEAD + length + padding + 4;
  const head = Buffer.alloc(PACKET_BLOCK_HEAD);
  const atUs = Math.round(atMs * 1000);
  head.writeUInt32LE(PACKET_BLOCK, 0);
  head.writeUInt32LE(blockLength, 4);
  head.writeUInt32LE(Math.floor(atUs / 2 ** 32), 12);
  head.writeUInt32LE(atUs % 2 ** 32, 16);
  head.writeUInt32LE(length, 20);
  head.writeUInt32LE(length, 24);
  const tail = Buffer.alloc(padding + 4);
  tail.writeUInt32LE(blockLength, padding);
  return [head, ...parts, tail];
}

function tcpHead({ from, to, flags }: Segment): Buffer {
  const head = Buffer.alloc(TCP_HEAD);
  head.writeUInt16BE(from.port, 0);
  head.writeUInt16BE(to.port, 2);
  head.writeUInt32BE(from.sequence, 4);
  head.writeUInt32BE(flags & ACK ? to.sequence : 0, 8);
  head.writeUInt8((TCP_HEAD / 4) << 4, 12);
  head.writeUInt8(flags, 13);
  head.writeUInt16BE(0xffff, 14);
  return head;
}

const TCP = 6;
const HOPS = 64;

function ipHead({ from, to, payload }: Segment): Buffer {
  const length = TCP_HEAD + payload.length;
  if (from.address.length !== 4 || to.address.length !== 4) return ip6Head(from, to, length);
  const head = Buffer.alloc(20);
  head.writeUInt8(0x45, 0);
  head.writeUInt16BE(20 + length, 2);
  head.writeUInt8(HOPS, 8);
  head.writeUInt8(TCP, 9);
  from.address.copy(head, 12);
  to.address.copy(head, 16);
  head.writeUInt16BE(checksum(head), 10);
  return head;
}

function ip6Head(from: Side, to: Side, length: number): Buffer {
  const head = Buffer.alloc(40);
  head.writeUInt8(0x60, 0);
  head.writeUInt16BE(length, 4);
  head.writeUInt8(TCP, 6);
  head.writeUInt8(HOPS, 7);
  wide(from.address).copy(head, 8);
  wide(to.address).copy(head, 24);
  return head;
}

function checksum(head: Buffer): number {
  let sum = 0;
  for (let at = 0; at < head.length; at += 2) sum += head.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** 4 bytes of an IPv4 address, 16 of an IPv6 one. */
function addressBytes(address: string): Buffer {
  const text = address.split('%')[0] ?? '';
  if (!isIPv6(text)) return Buffer.from(text.split('.').map(Number));
  const [left = '', right] = text.split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const [before, after] = [groups(left), groups(right)];
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [i, group] of [...before, ...zeros, ...after].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), i * 2);
  }
  return bytes;
}

/** An IPv4 address among IPv6 ones. */
function wide(address: Buffer): Buffer {
  if (address.length === 16) return address;
  return Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), address]);
}

const NOTHING = Buffer.alloc(0);
