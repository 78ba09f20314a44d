/**
 * Ready-made column names: our own table, and the three that the previous system wrote. What is known of the latter
 * comes from its published source (hip-files fact sheet, "Target tables"), not from a live database: a table at a
 * customer's may differ, which is why the sink looks at the real columns before it writes.
 */

export type LayoutName = 'device_logs' | 'access_device_logs' | 'device_push_logs' | 'device_pull_logs';

export interface Layout {
  readonly table: string;
  readonly columns: Readonly<Record<'deviceSn' | 'userId' | 'time' | 'status' | 'verify' | 'raw', string>>;
  /** How status and verify are written. */
  readonly codes: 'numbers' | 'letters';
  /** Column types of status and verify where hip makes the table. */
  readonly codeType: string;
  /** Columns that hip does not write, kept for the programs that read them, where hip makes the table. */
  readonly extra: readonly string[];
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  /** Names sure (every INSERT of the previous system); types unknown, no CREATE TABLE was ever published. */
  device_logs: {
    table: 'device_logs',
    columns: {
      deviceSn: 'device_sn',
      userId: 'user_id',
      time: 'check_time',
      status: 'status',
      verify: 'verify_type',
      raw: 'raw_data',
    },
    codes: 'numbers',
    codeType: 'SMALLINT',
    extra: [],
  },
  /** Names and types sure (its create_access_table.sql); in the wild often without any unique key. */
  access_device_logs: {
    table: 'access_device_logs',
    columns: {
      deviceSn: 'device_sn',
      userId: 'badge_number',
      time: 'check_time',
      status: 'check_type',
      verify: 'verify_code',
      raw: 'raw_data',
    },
    codes: 'letters',
    codeType: 'VARCHAR(10)',
    extra: [
      '`sensor_id` VARCHAR(50) NULL',
      '`work_code` VARCHAR(50) NULL',
      '`server_time` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP',
    ],
  },
  /** Names and types sure (made at run time by its HTTP receiver); the codes are the device's numbers as text. */
  device_push_logs: {
    table: 'device_push_logs',
    columns: pushAndPull(),
    codes: 'numbers',
    codeType: 'VARCHAR(10)',
    extra: [
      '`work_code` VARCHAR(20) NULL',
      '`received_at` DATETIME NULL DEFAULT CURRENT_TIMESTAMP',
      '`synced_at` DATETIME NULL DEFAULT CURRENT_TIMESTAMP',
    ],
  },
  /** As above, made by its puller. */
  device_pull_logs: {
    table: 'device_pull_logs',
    columns: pushAndPull(),
    codes: 'numbers',
    codeType: 'VARCHAR(10)',
    extra: ['`work_code` VARCHAR(20) NULL', '`pulled_at` DATETIME NULL DEFAULT CURRENT_TIMESTAMP'],
  },
};

/** Tables that are ours or the previous system's: where one of them stands, a further one is not made unasked. */
export const KNOWN_TABLES: readonly string[] = Object.values(LAYOUTS).map((layout) => layout.table);

/**
 * ZKTeco Access letters of CHECKTYPE. I = in and O = out are sure (create_access_table.sql). `0`, `1`, `i` and `o`
 * are seen in such databases; which state each stands for is from the vendor's attendance programs and weak.
 */
const LETTERS: ReadonlyMap<number, string> = new Map([
  [0, 'I'],
  [1, 'O'],
  [2, '0'],
  [3, '1'],
  [4, 'i'],
  [5, 'o'],
]);

/** A status as this layout writes it. Codes without a letter keep their number (255 stays recognisable). */
export function renderStatus(layout: LayoutName, status: number): number | string {
  return LAYOUTS[layout].codes === 'letters' ? (LETTERS.get(status) ?? String(status)) : status;
}

function pushAndPull(): Layout['columns'] {
  return {
    deviceSn: 'device_sn',
    userId: 'user_id',
    time: 'check_time',
    status: 'check_type',
    verify: 'verify_type',
    raw: 'raw_data',
  };
}
