import { type HipErrorCode, messageOf } from '../../errors.js';
import { type SinkFault, SinkUnavailable } from '../sink.js';

/**
 * What each error of Node, mysql2 and the server means for a batch. Law 4: only the errors listed as `data` may
 * reject a row; whatever is not listed here keeps the batch and is tried again.
 */
export type Verdict =
  /** The values of some row: bisect. */
  | { readonly kind: 'data'; readonly code: string }
  /** Another session was in the way: the same statement again, at once. */
  | { readonly kind: 'collision' }
  /** More bytes than the server takes at once: the same rows in smaller statements. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'fault'; readonly fault: SinkFault };

/** Errors about a value, by the server's number: MySQL's and MariaDB's agree except where said. */
const DATA: Readonly<Record<number, string>> = {
  1048: 'ER_BAD_NULL_ERROR',
  1216: 'ER_NO_REFERENCED_ROW',
  1264: 'ER_WARN_DATA_OUT_OF_RANGE',
  1265: 'WARN_DATA_TRUNCATED',
  1292: 'ER_TRUNCATED_WRONG_VALUE',
  1300: 'ER_INVALID_CHARACTER_STRING',
  1366: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  1406: 'ER_DATA_TOO_LONG',
  1411: 'ER_WRONG_VALUE_FOR_TYPE',
  1452: 'ER_NO_REFERENCED_ROW_2',
  // A punch whose time falls into no partition.
  1526: 'ER_NO_PARTITION_FOR_GIVEN_VALUE',
  // A trigger of the table's owner refused the row.
  1644: 'ER_SIGNAL_EXCEPTION',
  1690: 'ER_DATA_OUT_OF_RANGE',
  3140: 'ER_INVALID_JSON_TEXT',
  // A CHECK of the table's owner: MySQL, then MariaDB.
  3819: 'ER_CHECK_CONSTRAINT_VIOLATED',
  4025: 'ER_CONSTRAINT_FAILED',
};

/** Deadlock: the other session went on, ours was rolled back. */
const COLLISIONS = new Set<number | string>([1213]);
/** Said by the server, or by mysql2 before it sends. */
const TOO_LARGE = new Set<number | string>([1153, 'ER_NET_PACKET_TOO_LARGE']);

interface Rule {
  readonly code: HipErrorCode;
  /** Begins the sentence that ends with the server's own words. */
  readonly says: string;
  readonly remedy: string;
  /** True when waiting may cure it. */
  readonly transient?: boolean;
}

const DNS: Rule = {
  code: 'HIP_DB_DNS',
  says: "The database server's name was not found",
  remedy: 'Check database.host and the internet line: hip test-db',
  transient: true,
};
const CONNECT: Rule = {
  code: 'HIP_DB_CONNECT',
  says: 'The database server does not answer',
  remedy: 'Check the line, and database.host and database.port: hip test-db',
  transient: true,
};
const TLS: Rule = {
  code: 'HIP_DB_TLS',
  says: 'No trusted encrypted connection to the database',
  remedy: 'Give its CA certificate in database.ca (hip test-db tells more), or set database.ssl',
};
const NO_TLS: Rule = {
  code: 'HIP_DB_TLS',
  says: 'The database server offers no encryption',
  remedy:
    'Switch TLS on at the server, or set database.ssl to "off" if nobody can listen on the way (private network)',
};
const TLS_DEMANDED: Rule = {
  code: 'HIP_DB_TLS',
  says: 'The database server demands encryption',
  remedy: 'Set database.ssl to "required"',
};
const LOGIN: Rule = {
  code: 'HIP_DB_LOGIN',
  says: 'The database refused the login',
  remedy: 'Correct database.user and database.password (credentials.json): hip test-db',
};
const LOGIN_METHOD: Rule = {
  code: 'HIP_DB_LOGIN',
  says: 'The account logs in by a method that hip does not speak',
  remedy:
    'Let the administrator change it: MySQL IDENTIFIED WITH caching_sha2_password, MariaDB (instead of ed25519) IDENTIFIED VIA mysql_native_password',
};
const ADDRESS: Rule = {
  code: 'HIP_DB_LOGIN',
  says: "The database does not let this PC's address in",
  remedy: "Let the administrator allow this PC's address for the account (or in the cloud's allow list)",
};
const EXPIRED: Rule = {
  code: 'HIP_DB_LOGIN',
  says: 'The account is locked or its password has expired',
  remedy: 'Let the administrator unlock the account or set a new password',
};
const SCHEMA: Rule = {
  code: 'HIP_DB_SCHEMA',
  says: 'The schema does not exist',
  remedy: 'Correct database.database, or create the schema: hip test-db --create',
};
const RIGHTS: Rule = {
  code: 'HIP_DB_RIGHTS',
  says: 'The account lacks a right',
  remedy: 'hip test-db prints the GRANT for the administrator',
};
/** Servers say the same of a schema that is not there, so as not to tell its name. */
const SCHEMA_RIGHTS: Rule = {
  code: 'HIP_DB_RIGHTS',
  says: 'The account may not use the schema, or there is none of that name',
  remedy:
    'Correct database.database, or let the administrator run: GRANT SELECT, INSERT, UPDATE, CREATE ON <schema>.* TO <user>',
};
const MISSING: Rule = {
  code: 'HIP_DB_TABLE_MISSING',
  says: 'The table does not exist',
  remedy: 'Correct database.table, or create the table: hip test-db --create',
};
const TABLE: Rule = {
  code: 'HIP_DB_TABLE_UNSAFE',
  says: 'The table cannot take punches as it is',
  remedy: 'hip test-db --fix',
};
const IDS: Rule = {
  code: 'HIP_DB_TABLE_UNSAFE',
  says: 'The ids of the table are used up',
  remedy: 'Widen its AUTO_INCREMENT column: ALTER TABLE … MODIFY … BIGINT NOT NULL AUTO_INCREMENT',
};
const FULL: Rule = {
  code: 'HIP_DB_UNAVAILABLE',
  says: 'The database server is busy or full',
  remedy: 'It is tried again by itself; if it lasts, ask the administrator',
  transient: true,
};
const READ_ONLY: Rule = {
  code: 'HIP_DB_UNAVAILABLE',
  says: 'The database server is read-only',
  remedy: 'Point database.host at the primary server, or wait until a failover has ended',
  transient: true,
};
const UNKNOWN: Rule = {
  code: 'HIP_DB_UNAVAILABLE',
  says: 'The database did not take the punches',
  remedy: 'It is tried again by itself; hip test-db shows what is wrong',
  transient: true,
};

/** By the server's error number, or by the code of Node and mysql2. */
const RULES: readonly (readonly [Rule, readonly (number | string)[]])[] = [
  [DNS, ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA']],
  [
    CONNECT,
    ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'EHOSTDOWN'],
  ],
  [CONNECT, ['ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'PROTOCOL_CONNECTION_LOST']],
  [CONNECT, ['PROTOCOL_SEQUENCE_TIMEOUT', 'HANDSHAKE_UNKNOWN_ERROR']],
  [TLS, ['HANDSHAKE_SSL_ERROR', 'EPROTO', 'ERR_TLS_CERT_ALTNAME_INVALID']],
  [NO_TLS, ['HANDSHAKE_NO_SSL_SUPPORT']],
  [TLS_DEMANDED, [3159]],
  [LOGIN, [1045, 1698]],
  [LOGIN_METHOD, ['AUTH_SWITCH_PLUGIN_ERROR', 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED', 1251, 1524, 1275]],
  [ADDRESS, [1129, 1130]],
  [EXPIRED, [1820, 1862, 3118, 4151]],
  [SCHEMA, [1049, 1046]],
  [SCHEMA_RIGHTS, [1044]],
  [RIGHTS, [1142, 1143, 1227, 1370]],
  [MISSING, [1146]],
  // No next value for AUTO_INCREMENT: InnoDB's own number in MariaDB, then the server's.
  [IDS, [167, 1467]],
  // Unknown column, no default, views, computed columns.
  [TABLE, [1054, 1364, 1423, 1471, 1906, 3105]],
  // Connections, lock waits, shutdown, statement limits, disk and memory.
  [FULL, [1040, 1203, 1226, 1205, 1053, 1317, 1927, 3024, 1969, 1021, 1037, 1038, 1041, 1114, 1158, 1159]],
  [FULL, [1160, 1161, 1206, 1047]],
  [READ_ONLY, [1290, 1792, 1836, 1874]],
];
const BY_CODE = new Map(RULES.flatMap(([rule, codes]) => codes.map((code) => [code, rule] as const)));

export function verdictOf(error: unknown): Verdict {
  if (error instanceof SinkUnavailable) return { kind: 'fault', fault: error.fault };
  const { errno, code, sqlState } = error as { errno?: number; code?: string; sqlState?: string };
  // Errors of the operating system carry (negative) numbers too; only the server's have an SQL state.
  const key = sqlState !== undefined && errno !== undefined ? errno : (code ?? '');
  if (TOO_LARGE.has(key)) return { kind: 'too-large' };
  if (COLLISIONS.has(key)) return { kind: 'collision' };
  const name = typeof key === 'number' ? DATA[key] : undefined;
  if (name !== undefined) return { kind: 'data', code: name };
  return { kind: 'fault', fault: faultBy(BY_CODE.get(key) ?? UNKNOWN, error) };
}

/** The fault for a person, whatever kind of error it is. */
export function faultOf(error: unknown): SinkFault {
  const verdict = verdictOf(error);
  return verdict.kind === 'fault' ? verdict.fault : faultBy(verdict.kind === 'data' ? TABLE : FULL, error);
}

/** @throws whatever is a bug and not an answer of the outside world */
export function unavailable(error: unknown): SinkUnavailable {
  if (error instanceof SinkUnavailable) return error;
  if (!isOutside(error)) throw error;
  return new SinkUnavailable(faultOf(error), error);
}

/** True when the line is gone, so that a fresh connection may do better at once. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, sqlState } = error as { code?: string; sqlState?: string };
  const isLine = sqlState === undefined && code !== undefined && BY_CODE.get(code) === CONNECT;
  return isLine && !isTimeout(error);
}

/** Node's, mysql2's and the server's errors carry a code or a number; a TypeError of ours does not. */
function isOutside(error: unknown): boolean {
  const { code, errno, fatal } = error as { code?: unknown; errno?: unknown; fatal?: unknown };
  return typeof code === 'string' || typeof errno === 'number' || fatal === true;
}

function faultBy(rule: Rule, error: unknown): SinkFault {
  const words = messageOf(error).replace(/\s+/g, ' ').trim();
  return {
    code: rule.code,
    message: words === '' ? `${rule.says}.` : `${rule.says}: ${words}`,
    remedy: rule.remedy,
    transient: rule.transient ?? false,
  };
}

/** True when a statement took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'PROTOCOL_SEQUENCE_TIMEOUT';
}
