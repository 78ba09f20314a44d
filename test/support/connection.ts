import { createConnection } from 'mysql2/promise';
import type { Row } from './database.js';

export interface TestConnection {
  sql(statement: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A plain connection for looking at what came of it. DATETIME comes as text, counts as numbers. */
export async function connectTo(url: string): Promise<TestConnection> {
  const connection = await createConnection({ uri: url, dateStrings: true });
  return {
    async sql(statement, values = []) {
      const [rows] = await connection.query(statement, [...values]);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
    close: () => connection.end(),
  };
}
