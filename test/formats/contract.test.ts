import { biotimeCsv } from '../../src/lib/formats/biotime-csv.js';
import { createCsvFormat } from '../../src/lib/formats/csv.js';
import { fkGlog } from '../../src/lib/formats/fk-glog.js';
import { hipAlog } from '../../src/lib/formats/hip-alog.js';
import { hipMatrix } from '../../src/lib/formats/hip-matrix.js';
import { admsBody, zkAttlog } from '../../src/lib/formats/zk-attlog.js';
import { zktimeList } from '../../src/lib/formats/zktime-list.js';
import { wallText } from '../../src/lib/punch.js';
import { describeTextFormat } from '../contracts/format-contract.js';
import { bytesOf } from './reading.js';

/** A minute each, from a day that only day first can write. */
const FIRST_SECONDS = Date.UTC(2026, 0, 15, 8, 0, 12) / 1000;
const isoTime = (number: number): string => wallText(FIRST_SECONDS + 60 * number);
const thaiTime = (number: number): string => {
  const [date, time] = isoTime(number).split(' ') as [string, string];
  const [year, month, day] = date.split('-') as [string, string, string];
  return `${day}/${month}/${Number(year) + 543} ${time}`;
};

const utf16 = (bigEndian: boolean, bom: boolean) => (text: string) => {
  const bytes = Buffer.from((bom ? '\ufeff' : '') + text, 'utf16le');
  return new Uint8Array(bigEndian ? bytes.swap16() : bytes);
};
/** Thai letters lie in the code page in the order of Unicode. */
const windows874 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => {
    const code = letter.codePointAt(0)!;
    return code < 0x80 ? code : code - 0x0e00 + 0xa0;
  });

const alogRow = (number: number): string => `${number + 1} ${1000 + number} สมชาย ${thaiTime(number)} นิ้ว`;
const alogTitles = 'Date Export : 16/01/2569 9:00:00\r\n-----\r\nลำดับ รหัส วันที่ เวลา\r\n';

for (const encode of [bytesOf, windows874, utf16(false, true), utf16(true, false)]) {
  describeTextFormat({ format: hipAlog, fileName: 'a.txt', titles: alogTitles, row: alogRow, encode });
}
describeTextFormat({
  format: zkAttlog,
  fileName: 'BKK7201900001_attlog.dat',
  titles: 'SN=BKK7201900001\r\n',
  row: (number) => `     ${number + 1}\t${isoTime(number)}\t1\t0\t15\t0`,
  encode: bytesOf,
});
describeTextFormat({
  format: admsBody,
  fileName: 'body.txt',
  titles: '',
  row: (number) => `${number + 1}\t${isoTime(number)}\t0\t15\t0\t0\t0`,
  encode: bytesOf,
});
describeTextFormat({
  format: fkGlog,
  fileName: 'AGL_001.TXT',
  titles: '# DeviceUID = A0B1C2D3\r\nNo\tMchn\tEnNo\tName\tMode\tIOMd\tDateTime\r\n',
  row: (number) => `${number + 1}\t1\t${number + 1}\tสมชาย\t1\t0\t${isoTime(number)}`,
  encode: utf16(false, true),
});
describeTextFormat({
  format: hipMatrix,
  fileName: 'm.csv',
  titles: 'รหัสที่เครื่อง,รหัสพนักงาน,ชื่อ-นามสกุล,แผนก,Date,1,2,\r\n',
  row: (number) => `${number + 1},,"ก, ข",ผลิต,15/01/2569,08:00,,`,
  encode: windows874,
});
describeTextFormat({
  format: zktimeList,
  fileName: 'list.txt',
  titles: 'รหัสที่เครื่อง\tวัน/เวลา\r\n',
  row: (number) => `${number + 1}\t${thaiTime(number)}`,
  encode: windows874,
});
describeTextFormat({
  format: zktimeList,
  fileName: 'bare.txt',
  titles: '',
  row: (number) => `${number + 1} ${thaiTime(number)}`,
  encode: bytesOf,
});
describeTextFormat({
  format: biotimeCsv,
  fileName: 'bt.csv',
  titles: 'id,emp_code,punch_time,punch_state,verify_type,terminal_sn\r\n',
  row: (number) => `${number},${number + 1},${isoTime(number)}+07:00,0,1,BKK7201900001`,
  encode: bytesOf,
});
describeTextFormat({
  format: createCsvFormat({ columns: { user: 'Card', time: 'When' } }),
  fileName: 'own.csv',
  titles: 'Card;When\r\n',
  row: (number) => `${number + 1};${isoTime(number)}`,
  encode: bytesOf,
});
