import { readFileSync } from 'node:fs';
import type { LoadedConfig } from './config.js';
import type { DeviceCareSettings } from './device-care.js';
import type { DialectSettings } from './dialects/dialect.js';
import { HipError, messageOf } from './errors.js';
import type { ForwarderSettings } from './forwarder.js';
import type { ListenerSettings } from './listener/settings.js';
import type { MysqlSettings } from './sinks/mysql.js';

/** From the configuration, whose names are for people, to what each part is told. Nothing else translates. */

export function listenerSettings({ config }: LoadedConfig): ListenerSettings {
  const { serve } = config;
  return {
    host: serve.host,
    port: serve.port,
    pathPrefix: serve.pathPrefix,
    requirePathPrefix: requirePathPrefix(serve),
    allowFrom: serve.allowFrom,
    tls: tlsSettings(serve),
    timeZone: serve.timeZone,
    holdUnapproved: serve.devices === 'approved',
    maxBodyBytes: serve.maxBodyBytes,
    maxHeaderBytes: serve.maxHeaderBytes,
    headerTimeoutMs: serve.headerTimeoutMs,
    bodyTimeoutMs: serve.bodyTimeoutMs,
    idleTimeoutMs: serve.idleTimeoutMs,
    maxSockets: serve.maxSockets,
    maxSocketsPerAddress: serve.maxSocketsPerAddress,
    maxRequestsPerAddress: serve.maxRequestsPerAddress,
    maxRequestsPerDevice: serve.maxRequestsPerDevice,
    dialects: dialectSettings({ config }),
  };
}

type ServeSettings = LoadedConfig['config']['serve'];

/** An empty secret would refuse everybody, or nobody; neither is what was meant. */
function requirePathPrefix(serve: ServeSettings): boolean {
  if (serve.requirePathPrefix && serve.pathPrefix.replace(/\//g, '') === '') {
    throw new HipError(
      'HIP_CONFIG_INVALID',
      'serve.requirePathPrefix is on, but serve.pathPrefix is empty.',
      {
        suggestions: ['Set serve.pathPrefix to a long random word, here and in the menu of every device'],
      },
    );
  }
  return serve.requirePathPrefix;
}

/** @throws {HipError} HIP_CONFIG_INVALID for a half, HIP_FILE_UNREADABLE for a file */
function tlsSettings({ tlsPort: port, tlsCert, tlsKey }: ServeSettings): ListenerSettings['tls'] {
  if (port === null) return null;
  if (tlsCert === null || tlsKey === null) {
    throw new HipError('HIP_CONFIG_INVALID', 'serve.tlsPort needs serve.tlsCert and serve.tlsKey.', {
      suggestions: ['Name both files, or remove serve.tlsPort'],
    });
  }
  const cert = readPem(tlsCert, { what: 'certificate', setting: 'serve.tlsCert' });
  const key = readPem(tlsKey, { what: 'private key', setting: 'serve.tlsKey' });
  return { port, cert, key };
}

/** For a listener that only this program calls, and for one thing: to hear how hip answers. */
export function ownListenerSettings(loaded: LoadedConfig): ListenerSettings {
  const settings = { ...listenerSettings(loaded), host: '127.0.0.1', port: 0, tls: null, allowFrom: [] };
  return { ...settings, maxSocketsPerAddress: 0, maxRequestsPerAddress: 0, maxRequestsPerDevice: 0 };
}

export function dialectSettings({ config }: Pick<LoadedConfig, 'config'>): DialectSettings {
  const devices = Object.entries(config.devices);
  return {
    plainDeviceSn: config.serve.plainDeviceSn,
    statusMaps: new Map(devices.map(([sn, device]) => [sn, new Map(Object.entries(device.statusMap))])),
    fkReplies: new Map(devices.map(([sn, device]) => [sn, device.fkReply])),
  };
}

export function deviceCareSettings({ config }: LoadedConfig): DeviceCareSettings {
  const { clock, backfill } = config;
  return { warnSeconds: clock.warnSeconds, autoSet: clock.autoSet, backfill: backfill.auto };
}

/** Serial number to the name that goes into the sink, where one is set. */
export function sinkNames({ config }: LoadedConfig): ReadonlyMap<string, string> {
  const named = Object.entries(config.devices).flatMap(([sn, { sinkName }]) =>
    sinkName === null ? [] : [[sn, sinkName] as const],
  );
  return new Map(named);
}

export function forwarderSettings({ config }: LoadedConfig): ForwarderSettings {
  return {
    batchRows: config.forwarder.batchRows,
    keepDays: config.journal.keepDays,
  };
}

/**
 * Null when no database is configured.
 * @throws {HipError} HIP_CONFIG_INVALID when one is configured by half, HIP_FILE_UNREADABLE for the CA file
 */
export function mysqlSettings({
  config,
  importedDatabase,
}: Pick<LoadedConfig, 'config' | 'importedDatabase'>): MysqlSettings | null {
  const { database } = config;
  const { host, user } = database;
  if (host === null && user === null && database.database === null) return null;
  const missing = (['host', 'user', 'database'] as const).filter((key) => database[key] === null);
  if (host === null || user === null || database.database === null) {
    throw new HipError(
      'HIP_CONFIG_INVALID',
      `The database is configured by half: ${missing.map((key) => `database.${key}`).join(', ')} missing.`,
      {
        suggestions: [
          'Set it in credentials.json or the environment, or remove the rest to work without one',
        ],
      },
    );
  }
  return {
    host,
    port: database.port,
    user,
    password: database.password ?? '',
    database: database.database,
    table: database.table,
    layout: database.layout,
    columns: database.columns,
    ssl: database.ssl,
    ca:
      database.ca === null ? null : readPem(database.ca, { what: 'CA certificate', setting: 'database.ca' }),
    compression: database.compression,
    connectTimeoutMs: database.connectTimeoutMs,
    queryTimeoutMs: database.queryTimeoutMs,
    connections: database.connections,
    createTable: database.createTable === 'auto' ? !importedDatabase : database.createTable === 'yes',
    defaults: { status: database.defaultStatus, verify: database.defaultVerify },
  };
}

function readPem(file: string, { what, setting }: { what: string; setting: string }): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HipError('HIP_FILE_UNREADABLE', `Can't read the ${what} ${file}: ${messageOf(error)}.`, {
      suggestions: [`Correct ${setting}`],
      cause: error,
    });
  }
}
