import { drawIcon } from '../tray/icon-image.js';
import type { Balloon, MenuItem, TrayAction, TrayIconName, TrayView } from '../tray/view.js';
import { encodeIconResource } from './icon-resource.js';
import { loadKoffi } from './koffi.js';
import { declareShell32, type NotifyIcon, type Shell32 } from './win32/shell32.js';
import { declareUser32, type Handle, type MessageParameters, type User32 } from './win32/user32.js';
import { declareUser32Menu, type Place, type User32Menu } from './win32/user32-menu.js';

/**
 * An icon in the notification area of Windows, with a tooltip, a menu and balloons.
 *
 *   absent -> standing   (shown; while there is no taskbar every `show` tries again)
 *   standing -> absent   (the taskbar was restarted and said so: put there again at once)
 *   any -> closed        (`close`: icon and window are gone; nothing may be called any more)
 *
 * An open menu holds the thread, as Windows wants it: nothing else of the process runs meanwhile.
 */
export interface TrayIcon {
  show(view: TrayView): void;
  notify(balloon: Balloon): void;
  close(): void;
}

export interface TrayIconEvents {
  onAction(action: TrayAction): void;
  /** Somebody asked the window to close: the set-up program, or the end of the session. */
  onClose(): void;
  /** The menu opened; its texts as Windows holds them. */
  onMenu?(texts: readonly string[]): void;
}

/** By which the set-up program finds it. */
export const WINDOW_CLASS = 'HipTray';

const WM_CLOSE = 0x10;
const WM_CONTEXTMENU = 0x7b;
const WM_INITMENUPOPUP = 0x117;
/** The first of the numbers that Windows leaves to programs. */
const WM_ICON = 0x8001;
/** What the icon tells: chosen by a left click, by a key, and its balloon clicked. */
const [NIN_SELECT, NIN_KEYSELECT, NIN_BALLOONUSERCLICK] = [0x400, 0x401, 0x405] as const;
/** Windows must be asked for messages: this is how late a click may be seen. */
const PUMP_EVERY_MS = 40;

export async function openTrayIcon(events: TrayIconEvents): Promise<TrayIcon> {
  const koffi = await loadKoffi();
  return createTrayIcon(events, {
    shell: declareShell32(koffi),
    user: declareUser32(koffi),
    menus: declareUser32Menu(koffi),
  });
}

export function createTrayIcon(events: TrayIconEvents, libraries: TrayLibraries): TrayIcon {
  return new NativeTrayIcon(events, libraries);
}

export interface TrayLibraries {
  readonly shell: Pick<Shell32, 'notifyIcon'>;
  readonly user: Omit<User32, 'messageBox'>;
  readonly menus: User32Menu;
}

class NativeTrayIcon implements TrayIcon {
  readonly #events: TrayIconEvents;
  readonly #libraries: TrayLibraries;
  readonly #window: Handle;
  readonly #taskbarCreated: number;
  readonly #pump: NodeJS.Timeout;
  readonly #images = new Map<TrayIconName, Handle | null>();
  /** What came in while Windows was calling us: done after that call has returned. */
  readonly #pending: (() => void)[] = [];
  #view: TrayView | null = null;
  #standing = false;
  #openMenu: Handle | null = null;
  /** A menu is open, or about to be. */
  #isAsked = false;

  constructor(events: TrayIconEvents, libraries: TrayLibraries) {
    this.#events = events;
    this.#libraries = libraries;
    const { user } = libraries;
    user.setDpiAware();
    this.#taskbarCreated = user.messageNamed('TaskbarCreated');
    const window = user.createWindow(WINDOW_CLASS, (_, message, parameters) =>
      this.#answer(message, parameters),
    );
    if (window === null) throw new Error('Windows refused a window for the tray icon');
    this.#window = window;
    this.#pump = setInterval(() => this.#turn(), PUMP_EVERY_MS);
  }

  show(view: TrayView): void {
    const before = this.#view;
    this.#view = view;
    if (this.#standing && before?.icon === view.icon && before.tooltip === view.tooltip) return;
    this.#place();
  }

  notify({ title, text, level }: Balloon): void {
    if (!this.#standing) return;
    const balloon = { title, text, warning: level === 'warning' };
    this.#libraries.shell.notifyIcon('modify', { ...this.#content(), balloon });
  }

  close(): void {
    clearInterval(this.#pump);
    this.#pending.length = 0;
    const { shell, user } = this.#libraries;
    shell.notifyIcon('delete', this.#content());
    user.destroyWindow(this.#window);
    for (const image of this.#images.values()) if (image !== null) user.destroyIcon(image);
  }

  /** A taskbar that was too busy to answer may have taken the icon all the same: then it can be changed. */
  #place(): void {
    const { shell } = this.#libraries;
    const content = this.#content();
    const isKnown = this.#standing && shell.notifyIcon('modify', content);
    if (isKnown) return;
    this.#standing = shell.notifyIcon('add', content) || shell.notifyIcon('modify', content);
    if (this.#standing) shell.notifyIcon('set-version', content);
  }

  #content(): NotifyIcon {
    return {
      window: this.#window,
      callbackMessage: WM_ICON,
      image: this.#view === null ? null : this.#image(this.#view.icon),
      tip: this.#view?.tooltip ?? '',
    };
  }

  #image(name: TrayIconName): Handle | null {
    const { user } = this.#libraries;
    let image = this.#images.get(name);
    if (image === undefined) {
      const size = user.smallIconSize();
      image = user.createIcon(encodeIconResource(drawIcon(name, size)), size);
      this.#images.set(name, image);
    }
    return image;
  }

  #turn(): void {
    this.#libraries.user.pump();
    for (let step = this.#pending.shift(); step; step = this.#pending.shift()) step();
  }

  /** Called by Windows: only notes what to do. */
  #answer(message: number, { w, l }: MessageParameters): number | null {
    if (message === this.#taskbarCreated) this.#pending.push(() => this.#place());
    else if (message === WM_CLOSE) this.#pending.push(() => this.#events.onClose());
    else if (message === WM_ICON) this.#onIcon(Number(l) & 0xffff, placeOf(Number(w)));
    else {
      if (message === WM_INITMENUPOPUP) this.#onMenuShown();
      return null;
    }
    return 0;
  }

  /** Windows tells the Enter key twice, and a click that closes the open menu once more: one menu is enough. */
  #onIcon(event: number, place: Place): void {
    if (event === NIN_BALLOONUSERCLICK) this.#pending.push(() => this.#events.onAction({ do: 'status' }));
    if (event !== WM_CONTEXTMENU && event !== NIN_SELECT && event !== NIN_KEYSELECT) return;
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#pending.push(() => {
      this.#choose(place);
      this.#isAsked = false;
    });
  }

  #choose(place: Place): void {
    const { user, menus } = this.#libraries;
    const menu = menus.create();
    if (menu === null || this.#view === null) return;
    const actions: TrayAction[] = [];
    this.#fill(menu, this.#view.menu, actions);
    this.#openMenu = menu;
    // Without these two a menu of a hidden window stays open when the person clicks elsewhere (KB 135788).
    user.foreground(this.#window);
    const chosen = menus.track(menu, this.#window, place);
    user.post(this.#window, 0);
    this.#openMenu = null;
    menus.destroy(menu);
    const action = actions[chosen - 1];
    if (action) this.#events.onAction(action);
  }

  /** Ids count from 1: 0 says that nothing was chosen. */
  #fill(menu: Handle, items: readonly MenuItem[], actions: TrayAction[]): void {
    const { menus } = this.#libraries;
    for (const item of items) {
      if (item.kind === 'separator') menus.append(menu, item);
      else if (item.kind === 'text') menus.append(menu, { ...item, kind: 'item', id: 0, enabled: false });
      else if (item.kind === 'action') {
        actions.push(item.action);
        menus.append(menu, { ...item, kind: 'item', id: actions.length });
      } else {
        const below = menus.create();
        if (below === null) continue;
        this.#fill(below, item.items, actions);
        menus.append(menu, { kind: 'submenu', menu: below, text: item.text });
      }
    }
  }

  #onMenuShown(): void {
    if (this.#openMenu !== null) this.#events.onMenu?.(this.#libraries.menus.read(this.#openMenu));
  }
}

/** Both coordinates in one number, 16 bits each; screens to the left of the first one have negative places. */
function placeOf(packed: number): Place {
  return { x: (packed << 16) >> 16, y: packed >> 16 };
}
