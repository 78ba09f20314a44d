/**
 * The input: a file as HIP Premium Time writes it, and the rows that it must become, for LOAD DATA. Every line is a
 * punch of its own; the times rise, since such a program appends what it downloads.
 */
import { closeSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FIRST_SECOND = Date.UTC(2024, 0, 1) / 1000;
/** Five million lines fill two years. */
const SECONDS_BETWEEN = 13;
const USERS = 500;
const TITLE = `Date Export : 15/01/2026 09:00:03 AM\r\n${'-'.repeat(62)}\r\nNo.    ID          Date         Time           Verify   Type\r\n${'-'.repeat(62)}\r\n`;
/** Lines per write. */
const BLOCK = 10_000;
const HOUR_MS = 3_600_000;

/** @returns the path of the file, alone in a folder of its own */
export function writeAlog(folder, lines) {
  const logDir = join(folder, 'log');
  mkdirSync(logDir);
  const file = join(logDir, 'alog_2026-01-15.txt');
  writeBlocks(file, { lines, title: TITLE, render: (line) => `${line.text}\r\n` });
  // Still for an hour: nothing is to wait for a writer.
  const at = new Date(Date.now() - HOUR_MS);
  utimesSync(file, at, at);
  return file;
}

export function writeRows(folder, lines) {
  const file = join(folder, 'rows.tsv');
  const render = ({ user, time, text }) => `HIP_DEVICE_1\t${user}\t${time}\t0\t1\t${text}\n`;
  writeBlocks(file, { lines, title: '', render });
  return file;
}

function writeBlocks(file, { lines, title, render }) {
  const fd = openSync(file, 'w');
  writeSync(fd, title);
  for (let from = 0; from < lines; from += BLOCK) {
    const count = Math.min(BLOCK, lines - from);
    writeSync(fd, Array.from({ length: count }, (_, i) => render(lineOf(from + i))).join(''));
  }
  closeSync(fd);
}

function lineOf(index) {
  const seconds = FIRST_SECOND + index * SECONDS_BETWEEN;
  const time = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const [, year, month, day, hour, rest] = /^(\d+)-(\d+)-(\d+) (\d+):(.*)$/.exec(time);
  const user = String(1000 + ((index * 7) % USERS));
  const hour12 = String(Number(hour) % 12 || 12).padStart(2, '0');
  const meridiem = Number(hour) < 12 ? 'AM' : 'PM';
  const number = String(index + 1).padEnd(9);
  const date = `${day}/${month}/${year}`;
  const text = `${number}${user}        ${date}   ${hour12}:${rest} ${meridiem}    FP       ${index % 2 ? 'OUT' : 'IN'}`;
  return { user, time, text };
}
