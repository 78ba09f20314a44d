import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { connectTo } from './connection.js';
import type { Row } from './database.js';
import { type Mariadb, startMariadb } from './mariadb.js';
import { createProgram, type Program, type ServeStatus, type Spawned } from './program.js';

/**
 * The built program and a MariaDB of its own, which may be stopped and killed; usable from `beforeAll` on. All that
 * was started here is ended after the tests.
 */
export interface Payroll {
  readonly folder: string;
  readonly mysql: Mariadb;
  readonly program: Program;
  serve(): Promise<void>;
  /** Devices that send to `hip serve`. */
  simulate(...args: readonly string[]): Spawned;
  /** Looks at what came of it. */
  sql(statement: string): Promise<Row[]>;
  /** Waits until the status of the running `hip serve` is as wanted. */
  until(what: (status: ServeStatus) => boolean): Promise<void>;
}

const PATIENCE_MS = 90_000;

/** Call in a `describe`. */
export function withPayroll(name: string): Payroll {
  const folder = mkdtempSync(join(tmpdir(), `hip-${name}-`));
  const started: Spawned[] = [];
  let mysql: Mariadb;
  let program: Program;

  beforeAll(async () => {
    mysql = await startMariadb();
    await query(mysql.url, 'CREATE DATABASE payroll');
    program = await createProgram(folder, {
      database: { url: `${mysql.url}/payroll`, connectTimeoutMs: 2_000, queryTimeoutMs: 5_000 },
    });
  });
  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await mysql.close();
    rmSync(folder, { recursive: true });
  });

  return {
    folder,
    get mysql() {
      return mysql;
    },
    get program() {
      return program;
    },
    async serve() {
      started.push(await program.serve());
    },
    simulate(...args) {
      const spawned = program.spawn(['simulate', ...args, '--target', program.target, '--json']);
      started.push(spawned);
      return spawned;
    },
    sql: (statement) => query(`${mysql.url}/payroll`, statement),
    async until(what) {
      await expect.poll(async () => what(await program.status()), { timeout: PATIENCE_MS }).toBe(true);
    },
  };
}

async function query(url: string, statement: string): Promise<Row[]> {
  const connection = await connectTo(url);
  try {
    return await connection.sql(statement);
  } finally {
    await connection.close();
  }
}
