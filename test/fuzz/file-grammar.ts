import type { FormatName } from '../../src/lib/formats/format.js';
import type { Fact } from './facts.js';
import { workbookOf, zip } from './workbook.js';

/** A file as its program writes it when nothing is wrong, row by row. */
export interface FileGrammar {
  readonly fileName: string;
  /** What stands above the rows. */
  readonly titles: readonly string[];
  row(said: Fact, index: number): string;
  encode(lines: readonly string[]): Uint8Array;
  /** The format has no seconds. */
  readonly toMinute?: true;
}

/** A format that joins the list joins this table: the compiler asks for it. */
export const FILE_GRAMMARS: Readonly<Record<FormatName, FileGrammar | null>> = {
  'hip-alog': text({
    fileName: 'a.txt',
    titles: ['Date Export : 16/01/2569 9:00:00', '-----', 'ลำดับ รหัส วันที่ เวลา'],
    row: ({ user, time }, i) => `${i + 1} ${user} สมชาย ${thai(time)} นิ้ว`,
  }),
  'hip-matrix': text({
    fileName: 'm.csv',
    titles: ['รหัสที่เครื่อง,รหัสพนักงาน,ชื่อ-นามสกุล,แผนก,Date,1,2,'],
    row: ({ user, time }) => `${user},,"ก, ข",ผลิต,${thai(time).slice(0, 10)},${time.slice(11, 16)},,`,
    toMinute: true,
  }),
  'zk-attlog': text({
    fileName: 'BKK7201900001_attlog.dat',
    titles: ['SN=BKK7201900001'],
    row: ({ user, time, code }) => `     ${user}\t${time}\t1\t${code}\t15\t0`,
  }),
  'adms-body': text({
    fileName: 'body.txt',
    titles: [],
    row: ({ user, time, code }) => `${user}\t${time}\t${code}\t15\t0\t0\t0`,
  }),
  'fk-glog': text({
    fileName: 'AGL_001.TXT',
    titles: ['# DeviceUID = A0B1C2D3', 'No\tMchn\tEnNo\tName\tMode\tIOMd\tDateTime'],
    row: ({ user, time, code }, i) => `${i + 1}\t1\t${user}\tสมชาย\t1\t${code}\t${time}`,
  }),
  'zktime-list': text({
    fileName: 'list.txt',
    titles: ['รหัสที่เครื่อง\tวัน/เวลา'],
    row: ({ user, time }) => `${user}\t${thai(time)}`,
  }),
  'biotime-csv': text({
    fileName: 'bt.csv',
    titles: ['id,emp_code,punch_time,punch_state,verify_type,terminal_sn'],
    row: ({ user, time, code }, i) => `${i},${user},${time}+07:00,${code},1,BKK7201900001`,
  }),
  csv: text({
    fileName: 'own.csv',
    titles: ['Card;When'],
    row: ({ user, time }) => `${user};${time}`,
  }),
  xlsx: {
    fileName: 'list.xlsx',
    titles: ['รหัสที่เครื่อง\tวัน/เวลา'],
    row: ({ user, time }) => `${user}\t${time}`,
    encode: (lines) => zip(workbookOf(lines.map((line) => line.split('\t')))),
  },
  // Written by Access alone: its samples are bent instead.
  'access-mdb': null,
};

/** `sync.csv` as the grammar's file needs it. */
export const CSV_SETTINGS = { columns: { user: 'Card', time: 'When' } } as const;

function text(grammar: Omit<FileGrammar, 'encode'>): FileGrammar {
  return { ...grammar, encode: (lines) => Buffer.from(lines.map((line) => `${line}\r\n`).join('')) };
}

/** Day first, in the years of the Buddha. */
function thai(time: string): string {
  const [year = '', month, day] = time.slice(0, 10).split('-');
  return `${day}/${month}/${Number(year) + 543} ${time.slice(11)}`;
}
