import { createSink, withJournal } from '../../app.js';
import type { LoadedConfig } from '../../config.js';
import { noteRemadeTable } from '../../forwarder/remade.js';
import { silentLog } from '../../log.js';
import { isListenerThere } from '../serve/listener-presence.js';
import { recallSources } from '../sync/sync-status.js';
import { reportStatus, type StatusReport, sayFault } from './status.js';
import { fetchStatus } from './status-fetch.js';

/**
 * The status of the journal of these settings: told by a running `hip serve` where there is one (so that a user
 * without rights on the journal sees it too), else read from the journal itself.
 */
export async function readStatus(loaded: LoadedConfig, version: string): Promise<StatusReport> {
  const { statusPort } = loaded.config.serve;
  return (await fetchStatus({ dataDir: loaded.dataDir, statusPort })) ?? (await lookMyself(loaded, version));
}

async function lookMyself(loaded: LoadedConfig, version: string): Promise<StatusReport> {
  const sink = await createSink(loaded, silentLog);
  try {
    const probe = await sink?.probe();
    return await withJournal(loaded, (journal) => {
      if (sink && probe?.created) noteRemadeTable(journal, sink.target);
      const { warnSeconds } = loaded.config.clock;
      const sources = recallSources(loaded, journal, new Date());
      const report = reportStatus({ version, journal, sink, warnSeconds, sources });
      const fault = probe?.faults[0];
      const error = fault ? sayFault(fault) : null;
      // One that can't be asked, with `serve.statusPort` 0 perhaps, holds its lock all the same.
      const running = isListenerThere(loaded.dataDir);
      return { ...report, running, sink: { ...report.sink, reachable: probe?.reachable ?? null, error } };
    });
  } finally {
    await sink?.close();
  }
}
