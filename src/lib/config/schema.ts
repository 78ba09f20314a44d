import * as v from 'valibot';
import { count, hostName, path, serialNumber, setting, text } from './fields.js';
import { serve } from './serve-schema.js';
import { sync } from './sync-schema.js';

/**
 * Every setting of hip with its default and one sentence for people. The table of the README, the JSON schema and
 * the environment names are made from this; nothing else lists settings.
 */

const statusMap = v.record(v.string(), count(0, 255));

const device = v.strictObject({
  sinkName: v.optional(
    v.pipe(
      v.nullable(v.pipe(text(), v.minLength(1), v.maxLength(64))),
      v.description('Name written into the device column instead of the serial number'),
    ),
    null,
  ),
  statusMap: v.optional(
    v.pipe(statusMap, v.description("The device's own status word or key to hip's number")),
    {},
  ),
  fkReply: v.optional(
    v.pipe(v.picklist(['header', '204', 'body']), v.description('How FK firmware wants to be answered')),
    'header',
  ),
});

const columns = v.strictObject({
  deviceSn: v.optional(v.nullable(text())),
  userId: v.optional(v.nullable(text())),
  time: v.optional(v.nullable(text())),
  status: v.optional(v.nullable(text())),
  verify: v.optional(v.nullable(text())),
  raw: v.optional(v.nullable(text())),
});

const database = v.strictObject({
  url: setting(
    v.nullable(text()),
    null,
    'mysql://user:password@host:port/schema; what it leaves out is taken from the five below',
  ),
  host: setting(v.nullable(hostName()), null, 'MySQL server; null means no database yet'),
  port: setting(count(1, 65_535), 3306, 'Its port'),
  user: setting(v.nullable(text()), null, 'Login name'),
  password: setting(v.nullable(text()), null, 'Password; better in credentials.json or the environment'),
  database: setting(v.nullable(text()), null, 'Schema'),
  table: setting(v.nullable(text()), null, "Table; null is the layout's own"),
  layout: setting(
    v.picklist(['device_logs', 'access_device_logs', 'device_push_logs', 'device_pull_logs']),
    'device_logs',
    'Ready-made column names',
  ),
  columns: v.optional(
    v.pipe(columns, v.description("Column names that differ from the layout's; null leaves a column out")),
    {},
  ),
  ssl: setting(
    v.picklist(['auto', 'required', 'off', 'no-verify']),
    'auto',
    'auto: verified TLS unless the server is on this PC',
  ),
  ca: setting(v.nullable(path()), null, 'File with the CA certificate'),
  compression: setting(v.boolean(), false, 'Compress the connection (slow lines)'),
  connectTimeoutMs: setting(count(100, 600_000), 10_000, 'Time to connect and log in'),
  queryTimeoutMs: setting(count(100, 3_600_000), 60_000, 'Time for one statement'),
  connections: setting(count(1, 32), 4, 'Parallel connections at most'),
  createTable: setting(
    v.picklist(['auto', 'yes', 'no']),
    'auto',
    'auto: create a missing table, but not with the old credentials',
  ),
  defaultStatus: setting(v.nullable(count(0, 255)), 0, 'Written where the source has no status'),
  defaultVerify: setting(v.nullable(count(0, 255)), 1, 'Written where the source has no verify type'),
});

const forwarder = v.strictObject({
  batchRows: setting(count(1, 50_000), 5_000, 'Punches per statement at most'),
});

const journal = v.strictObject({
  keepDays: setting(count(1, 36_500), 400, 'Days that delivered punches stay in the journal'),
  quarantineMaxBytes: setting(
    count(65_536, 1e12),
    67_108_864,
    'Room for quarantine; full means devices try again',
  ),
});

const clock = v.strictObject({
  warnSeconds: setting(
    count(1, 86_400),
    60,
    'A device whose clock is off by more is named in log and status',
  ),
  autoSet: setting(
    v.nullable(v.boolean()),
    null,
    'Set wrong clocks: true all, false none, null only FK devices that read before 2020',
  ),
});

const backfill = v.strictObject({
  auto: setting(v.boolean(), true, 'After a gap ask devices by itself for the punches of that time'),
});

const log = v.strictObject({
  level: setting(v.picklist(['debug', 'info', 'warn', 'error']), 'info', 'What is logged'),
  files: setting(count(1, 1_000), 8, 'Log files kept, 10 MB each'),
});

export const configSchema = v.strictObject({
  $schema: v.optional(v.string()),
  dataDir: setting(v.nullable(path()), null, 'Folder of journal and logs; null is the place for this system'),
  serve: v.optional(serve, {}),
  database: v.optional(database, {}),
  forwarder: v.optional(forwarder, {}),
  journal: v.optional(journal, {}),
  devices: v.optional(
    v.pipe(v.record(serialNumber(), device), v.description('Settings per device, by serial number')),
    {},
  ),
  clock: v.optional(clock, {}),
  backfill: v.optional(backfill, {}),
  sync: v.optional(sync, {}),
  log: v.optional(log, {}),
});

export type Config = v.InferOutput<typeof configSchema>;

/** One setting that can also come from the environment. */
export interface Setting {
  /** `serve.port` */
  readonly path: string;
  /** `HIP_SERVE_PORT` */
  readonly environment: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'object';
  readonly nullable: boolean;
  /** Names a file or folder, or several: never empty. */
  readonly isPath: boolean;
  readonly default: unknown;
  readonly description: string;
  readonly choices: readonly string[];
}

/** All settings in the order of the schema; keys below a device or a column map are one setting each. */
export function listSettings(): readonly Setting[] {
  return collect(configSchema.entries as Entries, '');
}

/** The keys that may stand at a path (`serve` has `port`, `host`, …); undefined where any key may. */
export function keysAt(path: readonly string[]): readonly string[] | undefined {
  if (path[0] === 'devices') return path.length === 2 ? Object.keys(device.entries) : undefined;
  let entries: Entries | undefined = configSchema.entries as Entries;
  for (const key of path) entries = unwrap(entries?.[key])?.entries;
  return entries ? Object.keys(entries).filter((key) => key !== '$schema') : undefined;
}

interface AnySchema {
  readonly type: string;
  readonly entries?: Entries;
  readonly wrapped?: AnySchema;
  readonly item?: AnySchema;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly (AnySchema & { readonly description?: string })[];
}
type Entries = Readonly<Record<string, AnySchema>>;

function collect(entries: Entries, prefix: string): Setting[] {
  return Object.entries(entries).flatMap(([key, wrapped]) => {
    if (key === '$schema') return [];
    const path = prefix + key;
    const schema = unwrap(wrapped);
    if (schema?.type === 'strict_object' && key !== 'columns' && schema.entries) {
      return collect(schema.entries, `${path}.`);
    }
    return [describe(path, wrapped)];
  });
}

function describe(path: string, wrapped: AnySchema): Setting {
  const schema = unwrap(wrapped)!;
  const kinds: Record<string, Setting['kind']> = { number: 'number', boolean: 'boolean', array: 'list' };
  const isObject = schema.type === 'record' || schema.type === 'strict_object';
  return {
    path,
    environment: `HIP_${path
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/\./g, '_')
      .toUpperCase()}`,
    kind: isObject ? 'object' : (kinds[schema.type] ?? 'text'),
    nullable: layers(wrapped).some((layer) => layer.type === 'nullable'),
    isPath: [schema, ...layers(schema.item)].some(isNeverEmpty),
    default: wrapped.default,
    description:
      layers(wrapped)
        .flatMap((layer) => layer.pipe ?? [])
        .find((action) => action.description)?.description ?? '',
    choices: (schema.options ?? []).map(String),
  };
}

/** A schema and what it wraps, outermost first. */
function layers(schema: AnySchema | undefined): AnySchema[] {
  if (!schema) return [];
  return schema.wrapped ? [schema, ...layers(schema.wrapped)] : [schema];
}

function unwrap(schema: AnySchema | undefined): AnySchema | undefined {
  return layers(schema).at(-1);
}

function isNeverEmpty({ pipe = [] }: AnySchema): boolean {
  return pipe.some(({ type }) => type === 'non_empty');
}
