import type { ServiceRole } from '../service/service.js';

/** What a person sees in the corner of the screen; made anew at every look, shown by `windows/tray-icon.ts`. */
export interface TrayView {
  readonly icon: TrayIconName;
  /** At most `MOST_TOOLTIP` UTF-16 units. */
  readonly tooltip: string;
  readonly menu: readonly MenuItem[];
}

/** `trouble`: it runs, but a person should look. `stopped`: nothing of hip runs. */
export type TrayIconName = 'running' | 'trouble' | 'stopped';

export type MenuItem =
  | { readonly kind: 'separator' }
  /** Said, not clickable. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly text: string; readonly action: TrayAction; readonly enabled: boolean }
  | { readonly kind: 'submenu'; readonly text: string; readonly items: readonly MenuItem[] };

export type TrayAction =
  | { readonly do: 'start' | 'stop' | 'restart'; readonly role: ServiceRole }
  | { readonly do: 'sync' | 'status' | 'logs' | 'about' | 'exit' };

export interface Balloon {
  readonly level: 'info' | 'warning';
  readonly title: string;
  readonly text: string;
}

/** Windows has room for 128, 64 and 256 UTF-16 units, the closing NUL included (NOTIFYICONDATAW). */
export const MOST_TOOLTIP = 127;
export const MOST_BALLOON_TITLE = 63;
export const MOST_BALLOON_TEXT = 255;
