import { openSession } from './mysql/connection.js';
import type { MysqlSettings } from './mysql/settings.js';

export interface ServerClockOptions {
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/**
 * Seconds that the server's clock is ahead of this PC's. One login and one SELECT; the way there and back is halved.
 * @throws errors of Node, mysql2 or the server
 */
export async function measureServerClock(
  settings: MysqlSettings,
  { nowMs, signal }: ServerClockOptions,
): Promise<number> {
  const session = await openSession(settings, signal);
  try {
    const before = nowMs();
    const [row] = await session.select("SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f')");
    const after = nowMs();
    // Six digits of a second; three of them are the server's.
    const serverMs = Date.parse(`${String(row?.[0] ?? '').slice(0, 23)}Z`);
    return Math.round((serverMs - (before + after) / 2) / 1000);
  } finally {
    await session.close();
  }
}
