import type { LoadedConfig } from '../../config.js';
import { createDialects } from '../../dialects/index.js';
import { keepsAlive, renderReply } from '../../listener/reply.js';
import { Traffic } from '../../listener/traffic.js';
import { replyToUnclaimed } from '../../listener/unclaimed.js';
import { dialectSettings } from '../../settings.js';
import { createExplainer, type Explainer, type ServeVoice } from '../../sniff/explain.js';
import { createWallClock } from '../../time-zone.js';

/** An explainer that speaks as `hip serve` with these settings does. */
export function createSniffExplainer(loaded: LoadedConfig, withPremises = false): Explainer {
  const { config } = loaded;
  return createExplainer({
    createDialects,
    settings: dialectSettings(loaded),
    wallClock: createWallClock(config.serve.timeZone),
    pathPrefix: config.serve.pathPrefix,
    serve: createServeVoice(config.serve.port),
    withPremises,
  });
}

function createServeVoice(port: number): ServeVoice {
  const uncounted = new Traffic(() => 0);
  const called = { localAddress: '127.0.0.1', localPort: port };
  return {
    unclaimed: (request) => replyToUnclaimed(request, called, uncounted),
    render(reply, request, nowMs) {
      const isHead = request.method === 'HEAD';
      const bytes = renderReply(reply, { nowMs, keepAlive: keepsAlive(request), isHead });
      return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    },
  };
}
