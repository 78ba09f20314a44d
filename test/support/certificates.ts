import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/**
 * Certificates made on the spot, so that no key lies in the repository and none expires: a DER writer for the one
 * shape that tests need (X.509 v3, P-256, RFC 5280).
 */
export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Authority extends Certificate {
  issue(request: {
    readonly names?: readonly string[];
    readonly addresses?: readonly string[];
    readonly validTo?: Date;
  }): Certificate;
}

export function createAuthority(name = 'hip test CA'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const isAuthority = extension('551d13', sequence(boolean(true)), true);
  const root = pair(keys.privateKey, {
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    signer: keys.privateKey,
    extensions: [isAuthority],
    validTo: inYears(10),
  });
  return {
    ...root,
    issue({ names = [], addresses = [], validTo = inYears(10) }) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternatives = sequence(
        ...names.map((each) => tagged(0x82, Buffer.from(each))),
        ...addresses.map((each) => tagged(0x87, Buffer.from(each.split('.').map(Number)))),
      );
      return pair(own.privateKey, {
        subject: names[0] ?? addresses[0] ?? 'nobody',
        issuer: name,
        publicKey: own.publicKey,
        signer: keys.privateKey,
        extensions: [extension('551d11', alternatives, false)],
        validTo,
      });
    },
  };
}

interface Content {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly validTo: Date;
}

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
let serial = 1;

function pair(privateKey: KeyObject, content: Content): Certificate {
  serial += 1;
  const version3 = tagged(0xa0, tagged(0x02, Buffer.from([2])));
  const body = sequence(
    version3,
    tagged(0x02, Buffer.from([0x40, serial])),
    ECDSA_WITH_SHA256,
    distinguishedName(content.issuer),
    sequence(utcTime(new Date(Date.UTC(2020, 0, 1))), utcTime(content.validTo)),
    distinguishedName(content.subject),
    content.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...content.extensions)),
  );
  const signature = sign('sha256', body, content.signer);
  const der = sequence(body, ECDSA_WITH_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const base64 = der.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return tagged(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function inYears(years: number): Date {
  return new Date(Date.now() + years * 365 * 86_400_000);
}
