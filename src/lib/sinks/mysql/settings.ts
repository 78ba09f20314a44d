import { HipError } from '../../errors.js';
import { LAYOUTS, type LayoutName } from './layouts.js';

/** All that the MySQL sink is told. Filled by the shell from `database.*`; nothing here has a default. */
export interface MysqlSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The schema. */
  readonly database: string;
  readonly layout: LayoutName;
  /** Null is the layout's own name. */
  readonly table: string | null;
  /** What differs from the layout: another name, or null to leave the column out. */
  readonly columns: ColumnNames;
  /**
   * `auto`: verified TLS unless the server is on this PC. `required`: verified TLS always. `no-verify`: TLS with
   * whoever answers (no protection against a man in the middle). `off`: plain text.
   */
  readonly ssl: 'auto' | 'required' | 'off' | 'no-verify';
  /** Content of a PEM file with the CA certificates to trust; null trusts those that Node ships. */
  readonly ca: string | null;
  readonly compression: boolean;
  /** For TCP, TLS and login together. */
  readonly connectTimeoutMs: number;
  /** For one statement. */
  readonly queryTimeoutMs: number;
  /** Parallel connections at most. */
  readonly connections: number;
  /** Whether a missing table may be made; the shell says no for settings imported from the previous system. */
  readonly createTable: boolean;
  /** Written where the punch says nothing; null writes NULL. */
  readonly defaults: { readonly status: number | null; readonly verify: number | null };
}

export interface ColumnNames {
  readonly deviceSn?: string | null | undefined;
  readonly userId?: string | null | undefined;
  readonly time?: string | null | undefined;
  readonly status?: string | null | undefined;
  readonly verify?: string | null | undefined;
  readonly raw?: string | null | undefined;
}

export type Role = keyof ColumnNames;
/** The columns that make a punch one punch (law 2). */
export const IDENTITY = ['deviceSn', 'userId', 'time'] as const satisfies readonly Role[];
export const ROLES = [...IDENTITY, 'status', 'verify', 'raw'] as const satisfies readonly Role[];

/** Where in the target which part of a punch goes. */
export interface TableMap {
  readonly schema: string;
  readonly table: string;
  readonly layout: LayoutName;
  /** Null columns are not written. */
  readonly columns: Readonly<Record<(typeof IDENTITY)[number], string>> &
    Readonly<Record<'status' | 'verify' | 'raw', string | null>>;
}

/** @throws {HipError} HIP_CONFIG_INVALID when names can't be names, or the identity is not written */
export function createTableMap(settings: MysqlSettings): TableMap {
  const layout = LAYOUTS[settings.layout];
  const name = (role: Role): string | null => {
    const given = settings.columns[role];
    return given === undefined ? layout.columns[role] : given;
  };
  const columns = {
    deviceSn: required('deviceSn', name('deviceSn')),
    userId: required('userId', name('userId')),
    time: required('time', name('time')),
    status: name('status'),
    verify: name('verify'),
    raw: name('raw'),
  };
  const table = settings.table ?? layout.table;
  checkName('database.table', table);
  checkName('database.database', settings.database);
  for (const role of ROLES) checkName(`database.columns.${role}`, columns[role]);
  const used = ROLES.map((role) => columns[role]?.toLowerCase()).filter((each) => each !== undefined);
  const twice = used.find((each, i) => used.indexOf(each) !== i);
  if (twice !== undefined) throw invalid(`database.columns names ${twice} twice`);
  return { schema: settings.database, table, layout: settings.layout, columns };
}

/** In backticks, which hold whatever the SQL mode says of double quotes. */
export function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `schema`.`table` */
export function quoteTable(map: Pick<TableMap, 'schema' | 'table'>): string {
  return `${quote(map.schema)}.${quote(map.table)}`;
}

/** The target in words, without secrets. */
export function targetOf(settings: MysqlSettings): string {
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  const table = settings.table ?? LAYOUTS[settings.layout].table;
  return `mysql://${host}:${settings.port}/${settings.database}.${table}`;
}

/** True for a server on this PC, which no line between can listen to. */
export function isLocalHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}

function required(role: Role, name: string | null): string {
  if (name !== null) return name;
  throw invalid(
    `database.columns.${role} can't be null: device, user and time together tell one punch from another`,
  );
}

/** MySQL: 1 to 64 characters, no NUL, no blank at the end. */
function checkName(setting: string, name: string | null): void {
  if (name === null || /^[^\0]{0,63}[^\0\s]$/.test(name)) return;
  throw invalid(`${setting} is no name that MySQL takes: ${JSON.stringify(name)}`);
}

function invalid(message: string): HipError {
  return new HipError('HIP_CONFIG_INVALID', `${message}.`);
}
