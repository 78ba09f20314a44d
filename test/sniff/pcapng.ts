/** Reads a raw file as any other program would: nothing here knows how hip writes it. */

export interface Segment {
  readonly atMs: number;
  /** `192.0.2.1:5000` */
  readonly from: string;
  readonly to: string;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** @throws when the file is not whole or not well-formed */
export function readPcapng(file: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < file.length; ) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    if (length % 4 !== 0 || file.readUInt32LE(at + length - 4) !== length)
      throw new Error(`bad block at ${at}`);
    const block = file.subarray(at + 8, at + length - 4);
    if (at === 0 && (type !== 0x0a0d0d0a || block.readUInt32LE(0) !== 0x1a2b3c4d))
      throw new Error('no pcapng');
    if (type === 1 && block.readUInt16LE(0) !== 101) throw new Error('packets do not begin with IP');
    if (type === 6) segments.push(readPacket(block));
    at += length;
  }
  return segments;
}

function readPacket(block: Buffer): Segment {
  const atUs = block.readUInt32LE(4) * 2 ** 32 + block.readUInt32LE(8);
  const packet = block.subarray(20, 20 + block.readUInt32LE(12));
  const isV4 = packet[0]! >> 4 === 4;
  const [headLength, source, target, total] = isV4
    ? [20, packet.subarray(12, 16), packet.subarray(16, 20), packet.readUInt16BE(2)]
    : [40, packet.subarray(8, 24), packet.subarray(24, 40), 40 + packet.readUInt16BE(4)];
  if (total !== packet.length) throw new Error('IP says another length');
  if (isV4 && checksum(packet.subarray(0, 20)) !== 0) throw new Error('the IP checksum is wrong');
  const tcp = packet.subarray(headLength);
  const name = (address: Buffer, port: number): string =>
    `${isV4 ? [...address].join('.') : address.toString('hex')}:${port}`;
  return {
    atMs: atUs / 1000,
    from: name(source, tcp.readUInt16BE(0)),
    to: name(target, tcp.readUInt16BE(2)),
    sequence: tcp.readUInt32BE(4),
    flags: tcp.readUInt8(13),
    payload: tcp.subarray((tcp[12]! >> 4) * 4),
  };
}

function checksum(head: Buffer): number {
  let sum = 0;
  for (let at = 0; at < head.length; at += 2) sum += head.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface Conversation {
  readonly fromDevice: Buffer;
  readonly toDevice: Buffer;
}

const [SYN, ACK] = [2, 16];

/** Connections in the order in which they were opened, put together by sequence numbers. Ports may come again. */
export function conversationsOf(segments: readonly Segment[]): Conversation[] {
  const opened: { readonly device: string; fromDevice: Buffer[]; toDevice: Buffer[] }[] = [];
  const current = new Map<string, (typeof opened)[number]>();
  const next = new Map<string, number>();
  for (const { from, to, flags, sequence, payload } of segments) {
    const pair = [from, to].sort().join(' ');
    if (flags & SYN) next.delete(`${from} > ${to}`);
    if ((flags & (SYN | ACK)) === SYN) {
      const conversation = { device: from, fromDevice: [], toDevice: [] };
      opened.push(conversation);
      current.set(pair, conversation);
    }
    const conversation = current.get(pair);
    if (conversation === undefined) throw new Error(`${pair} never began`);
    if (sequence !== (next.get(`${from} > ${to}`) ?? 0)) throw new Error(`a gap in ${from} > ${to}`);
    next.set(`${from} > ${to}`, (sequence + payload.length + (flags & 3 ? 1 : 0)) >>> 0);
    (from === conversation.device ? conversation.fromDevice : conversation.toDevice).push(payload);
  }
  return opened.map(({ fromDevice, toDevice }) => {
    return { fromDevice: Buffer.concat(fromDevice), toDevice: Buffer.concat(toDevice) };
  });
}
