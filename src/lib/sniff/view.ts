import type { Explained } from './explained.js';
import { renderBrief } from './view-brief.js';
import { renderHex } from './view-hex.js';
import type { ViewStyle } from './view-layout.js';
import { renderText } from './view-text.js';

export type { ViewStyle } from './view-layout.js';

/** One observation for a screen, without the last line end; null where this view shows nothing. */
export function renderObservation(explained: Explained, style: ViewStyle): string | null {
  if (style.view === 'brief') return renderBrief(explained, style);
  return style.view === 'hex' ? renderHex(explained, style) : renderText(explained, style);
}
