import * as v from 'valibot';
import { isAddressRange } from '../listener/allow-list.js';
import { count, path, serialNumber, setting, text, timeZone } from './fields.js';

/** The settings of `hip serve`. */

export const serve = v.strictObject({
  port: setting(count(0, 65_535), 9090, 'Port that devices send to'),
  host: setting(text(), '0.0.0.0', 'Address to listen on'),
  statusPort: setting(count(0, 65_535), 9091, 'Loopback port of the read-only status; 0 switches it off'),
  pathPrefix: setting(text(), '', 'Path in front of /iclock, for devices whose menu takes one'),
  requirePathPrefix: setting(
    v.boolean(),
    false,
    'Only requests with pathPrefix are served: a long random one is a shared secret',
  ),
  allowFrom: setting(
    v.array(v.pipe(text(), v.check(isAddressRange, 'is no address: write 192.168.1.20 or 192.168.1.0/24'))),
    [],
    'Addresses or ranges that may connect; none means all',
  ),
  tlsPort: setting(
    v.nullable(count(0, 65_535)),
    null,
    'Second port for devices that are set to HTTPS; null is none',
  ),
  tlsCert: setting(v.nullable(path()), null, 'File with the certificate for tlsPort (PEM, with its chain)'),
  tlsKey: setting(v.nullable(path()), null, 'File with its private key (PEM)'),
  timeZone: setting(
    v.nullable(timeZone()),
    null,
    "Zone told to devices, as Asia/Bangkok or +07:00; null is this PC's",
  ),
  devices: setting(
    v.picklist(['any', 'approved']),
    'any',
    'approved: punches of new devices wait for approval',
  ),
  plainDeviceSn: setting(
    serialNumber(),
    'HIP_DEVICE_1',
    'Device name for clients that name no serial number',
  ),
  maxBodyBytes: setting(count(64, 1_073_741_824), 16_777_216, 'Largest request body'),
  maxHeaderBytes: setting(count(1_024, 1_048_576), 16_384, 'Largest request head'),
  headerTimeoutMs: setting(count(100, 3_600_000), 20_000, 'Time a device has to send its request head'),
  bodyTimeoutMs: setting(count(100, 3_600_000), 120_000, 'Time a device has to send its whole request'),
  idleTimeoutMs: setting(count(100, 3_600_000), 75_000, 'Time an idle connection is kept'),
  maxSockets: setting(count(1, 1_000_000), 12_000, 'Open connections in all; beyond, the longest idle goes'),
  maxSocketsPerAddress: setting(count(0, 1_000_000), 0, 'Open connections per address; 0 is no limit'),
  maxRequestsPerAddress: setting(
    count(0, 10_000_000),
    0,
    'Requests a minute from one address; 0 is no limit. Beyond, devices try again',
  ),
  maxRequestsPerDevice: setting(
    count(0, 10_000_000),
    0,
    'Requests a minute of one serial number; 0 is no limit. Beyond, it tries again',
  ),
});
