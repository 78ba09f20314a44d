import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TrayAction, TrayView } from '../../src/lib/tray/view.js';
import { createTrayIcon, type TrayIcon, type TrayLibraries } from '../../src/lib/windows/tray-icon.js';
import type { NotifyIcon, NotifyMessage } from '../../src/lib/windows/win32/shell32.js';
import type { OnMessage } from '../../src/lib/windows/win32/user32.js';
import type { NativeItem, Place } from '../../src/lib/windows/win32/user32-menu.js';

const [TASKBAR_CREATED, WM_CLOSE, WM_ICON] = [0xc0de, 0x10, 0x8001];
const [WM_CONTEXTMENU, NIN_SELECT, NIN_KEYSELECT, NIN_BALLOONUSERCLICK] = [0x7b, 0x400, 0x401, 0x405];

/** A taskbar that may be away, a window that gets messages, menus that are chosen from at once. */
class FakeWindows {
  hasTaskbar = true;
  icon: NotifyIcon | null = null;
  readonly calls: NotifyMessage[] = [];
  readonly actions: TrayAction[] = [];
  closes = 0;
  /** What the person chooses, by its text; null goes elsewhere. */
  choice: string | null = null;
  openedAt: Place | null = null;
  #messages: Parameters<OnMessage>[] = [];
  #onMessage: OnMessage = () => null;
  readonly #menus: NativeItem[][] = [];

  readonly tray: TrayIcon = createTrayIcon(
    {
      onAction: (action) => void this.actions.push(action),
      onClose: () => {
        this.closes += 1;
      },
    },
    this.libraries(),
  );

  send(message: number, l = 0, { w = 0, times = 1 } = {}): void {
    for (let sent = 0; sent < times; sent += 1) this.#messages.push([1n, message, { w, l }]);
    vi.advanceTimersByTime(100);
  }

  libraries(): TrayLibraries {
    return {
      shell: { notifyIcon: (message, icon) => this.#notify(message, icon) },
      user: {
        setDpiAware: () => undefined,
        smallIconSize: () => 16,
        messageNamed: () => TASKBAR_CREATED,
        createWindow: (_, onMessage) => {
          this.#onMessage = onMessage;
          return 1n;
        },
        destroyWindow: () => undefined,
        pump: () => {
          for (const message of this.#messages.splice(0)) this.#onMessage(...message);
        },
        post: () => undefined,
        foreground: () => undefined,
        createIcon: (image) => BigInt(image.length),
        destroyIcon: () => undefined,
      },
      menus: {
        create: () => BigInt(this.#menus.push([])),
        destroy: () => undefined,
        append: (menu, item) => this.#menus[Number(menu) - 1]!.push(item) > 0,
        track: (_, __, place) => {
          this.openedAt = place;
          const chosen = this.#menus.flat().find((item) => item.kind === 'item' && item.text === this.choice);
          return chosen?.kind === 'item' ? chosen.id : 0;
        },
        read: () => [],
      },
    };
  }

  #notify(message: NotifyMessage, icon: NotifyIcon): boolean {
    this.calls.push(message);
    const isThere = this.icon !== null;
    if (!this.hasTaskbar || (message === 'add') === isThere) return false;
    this.icon = message === 'delete' ? null : icon;
    return true;
  }
}

const VIEW: TrayView = {
  icon: 'running',
  tooltip: 'hip is running',
  menu: [
    { kind: 'text', text: 'said' },
    { kind: 'submenu', text: 'more', items: [action('Stop', { do: 'stop', role: 'sync' })] },
    { kind: 'separator' },
    action('Exit', { do: 'exit' }),
  ],
};

function action(text: string, what: TrayAction): TrayView['menu'][number] {
  return { kind: 'action', text, action: what, enabled: true };
}

let windows: FakeWindows;
beforeEach(() => {
  vi.useFakeTimers();
  windows = new FakeWindows();
});
afterEach(() => {
  windows.tray.close();
  vi.useRealTimers();
});

it('puts the icon there once, and changes it only when something changed', () => {
  windows.tray.show(VIEW);
  windows.tray.show({ ...VIEW, menu: [] });
  expect(windows.calls).toEqual(['add', 'set-version']);
  windows.tray.show({ ...VIEW, tooltip: 'other' });
  expect(windows.calls.slice(2)).toEqual(['modify']);
  expect(windows.icon?.tip).toBe('other');
});

it('waits for the taskbar when the session has just begun', () => {
  windows.hasTaskbar = false;
  windows.tray.show(VIEW);
  windows.tray.notify({ level: 'info', title: 'nobody', text: 'sees this' });
  expect(windows.icon).toBeNull();
  windows.hasTaskbar = true;
  windows.tray.show(VIEW);
  expect(windows.icon?.tip).toBe('hip is running');
});

it('takes an icon for standing that a busy taskbar took without saying so', () => {
  windows.icon = { window: 1n, callbackMessage: 0, image: null, tip: 'taken' };
  windows.tray.show(VIEW);
  expect(windows.icon).toMatchObject({ tip: 'hip is running' });
  expect(windows.calls.at(-1)).toBe('set-version');
});

it('puts the icon back when the taskbar was restarted', () => {
  windows.tray.show(VIEW);
  windows.icon = null;
  windows.send(TASKBAR_CREATED);
  expect(windows.icon).toMatchObject({ tip: 'hip is running' });
});

it.each([
  ['a right click', WM_CONTEXTMENU],
  ['a left click', NIN_SELECT],
  ['a key', NIN_KEYSELECT],
])('opens its menu on %s, and does what is chosen below', (_, event) => {
  windows.tray.show(VIEW);
  windows.choice = 'Stop';
  windows.send(WM_ICON, event | (1 << 16));
  windows.choice = null;
  windows.send(WM_ICON, event);
  windows.choice = 'said';
  windows.send(WM_ICON, event);
  expect(windows.actions).toEqual([{ do: 'stop', role: 'sync' }]);
});

it('opens one menu for the Enter key, which Windows tells twice', () => {
  windows.tray.show(VIEW);
  windows.choice = 'Exit';
  windows.send(WM_ICON, NIN_KEYSELECT, { times: 2 });
  expect(windows.actions).toEqual([{ do: 'exit' }]);
});

it('opens its menu where the click was, on screens left of the first one too', () => {
  windows.tray.show(VIEW);
  windows.send(WM_ICON, WM_CONTEXTMENU, { w: (700 << 16) | (-40 & 0xffff) });
  expect(windows.openedAt).toEqual({ x: -40, y: 700 });
});

it('shows balloons, and the status to whoever clicks one', () => {
  windows.tray.show(VIEW);
  windows.tray.notify({ level: 'warning', title: 'A terminal is silent', text: 'Gate' });
  expect(windows.icon?.balloon).toEqual({ title: 'A terminal is silent', text: 'Gate', warning: true });
  windows.send(WM_ICON, NIN_BALLOONUSERCLICK);
  expect(windows.actions).toEqual([{ do: 'status' }]);
});

it('tells when it is asked to close, and leaves no icon behind', () => {
  windows.tray.show(VIEW);
  windows.send(WM_CLOSE);
  expect(windows.closes).toBe(1);
  windows.tray.close();
  expect(windows.icon).toBeNull();
});
