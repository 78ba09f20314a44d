import type { Dialect, DialectContext, Reading, WireRequest } from '../dialect.js';
import { emptyReading } from '../dialect.js';
import { isCompressed } from '../request.js';
import { isFormRequest, readForm } from './form.js';
import { isFkRequest, parseMessage } from './message.js';
import { readMessage } from './read.js';
import { COMPRESSED, createReplies, NO_DEVICE } from './replies.js';
import { TRANSFER_LIMITS, type TransferLimits, Transfers } from './transfers.js';

/**
 * HIP's own terminals and the rest of the FK family (`fkweb.md` part 1): headers name the request, whatever the
 * path, so this dialect is asked before those that go by paths.
 */
export function createFkwebDialect(limits: Partial<TransferLimits> = {}): Dialect {
  const transfers = new Transfers({ ...TRANSFER_LIMITS, ...limits });
  return {
    name: 'fkweb',
    claims: (request) => isFkRequest(request) || isFormRequest(request),
    read: (request, context) => read(request, context, transfers),
  };
}

function read(request: WireRequest, context: DialectContext, transfers: Transfers): Reading {
  if (isCompressed(request)) return emptyReading(COMPRESSED);
  if (!isFkRequest(request)) return readForm(request, context);
  const message = parseMessage(request);
  if (message === null) return emptyReading(NO_DEVICE);
  const style = context.settings.fkReplies.get(message.deviceSn) ?? 'header';
  return {
    ...readMessage({ message, context, transfers, replies: createReplies(message, style) }),
    deviceSn: message.deviceSn,
  };
}
