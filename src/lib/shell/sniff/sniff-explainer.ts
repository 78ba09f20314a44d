import type { LoadedConfig } from '../../config.js';
import type { Reply } from '../../dialects/dialect.js';
import { createDialects } from '../../dialects/index.js';
import { TOO_SLOW_REPLY, UNREADABLE_REPLY } from '../../listener/hang-up.js';
import { keepsAlive, renderReply } from '../../listener/reply.js';
import { Traffic } from '../../listener/traffic.js';
import { OVER_LIMIT_REPLY, replyToUnclaimed } from '../../listener/unclaimed.js';
import { dialectSettings } from '../../settings.js';
import {
  createExplainer,
  type Explainer,
  type ExplainerParts,
  type ServeVoice,
} from '../../sniff/explain.js';
import { createWallClock } from '../../time-zone.js';

/** An explainer that speaks as `hip serve` with these settings does. */
export function createSniffExplainer(
  loaded: LoadedConfig,
  options: Pick<ExplainerParts, 'withPremises' | 'isForwarded'> = {},
): Explainer {
  const { config } = loaded;
  return createExplainer({
    createDialects,
    settings: dialectSettings(loaded),
    wallClock: createWallClock(config.serve.timeZone),
    pathPrefix: config.serve.pathPrefix,
    serve: createServeVoice(config.serve),
    ...options,
  });
}

function createServeVoice(serve: LoadedConfig['config']['serve']): ServeVoice {
  const { port, maxHeaderBytes, maxBodyBytes } = serve;
  const uncounted = new Traffic(() => 0);
  const called = { localAddress: '127.0.0.1', localPort: port };
  return {
    unclaimed: (request) => replyToUnclaimed(request, called, uncounted),
    refusals: (tryAgain) => [
      TOO_SLOW_REPLY,
      UNREADABLE_REPLY,
      ...[411, 413].map((status) => (tryAgain === null ? OVER_LIMIT_REPLY : refused(tryAgain, status))),
    ],
    isOverLimit: (headBytes, bodyBytes) => headBytes > maxHeaderBytes || bodyBytes > maxBodyBytes,
    render(reply, request, nowMs) {
      const isHead = request.method === 'HEAD';
      const bytes = renderReply(reply, { nowMs, keepAlive: keepsAlive(request), isHead });
      return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    },
  };
}

/** As the listener puts it: the status says why where the dialect says "try again" by the status. */
function refused(tryAgain: Reply, status: number): Reply {
  return tryAgain.status >= 400 ? { ...tryAgain, status } : tryAgain;
}
