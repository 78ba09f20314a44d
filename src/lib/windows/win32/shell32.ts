import type { Koffi } from '../koffi.js';
import type { Handle } from './user32.js';

/** Declarations of shell32.dll: icons in the notification area, and opening things (shellapi.h). */
export interface Shell32 {
  /** False where the taskbar is not there (yet), or knows no such icon. */
  notifyIcon(message: NotifyMessage, icon: NotifyIcon): boolean;
  /** True when Windows took it; it does not wait for what was started. */
  execute(request: ExecuteRequest): boolean;
}

export type NotifyMessage = 'add' | 'modify' | 'delete' | 'set-version';

export interface NotifyIcon {
  readonly window: Handle;
  readonly callbackMessage: number;
  readonly image: Handle | null;
  /** At most 127 UTF-16 units. */
  readonly tip: string;
  /** Absent: no balloon. Title and text at most 63 and 255 units. */
  readonly balloon?: { readonly title: string; readonly text: string; readonly warning: boolean };
}

export interface ExecuteRequest {
  /** `runas` asks for administrator rights. */
  readonly verb: 'open' | 'runas';
  readonly file: string;
  /** As one command line, quoted. */
  readonly parameters: string | null;
  readonly hidden: boolean;
}

const MESSAGES: Readonly<Record<NotifyMessage, number>> = { add: 0, modify: 1, delete: 2, 'set-version': 4 };
const [NIF_MESSAGE, NIF_ICON, NIF_TIP, NIF_INFO, NIF_SHOWTIP] = [0x1, 0x2, 0x4, 0x10, 0x80] as const;
const [NIIF_INFO, NIIF_WARNING] = [0x1, 0x2] as const;
/** Clicks come as the person meant them (context menu, selection), from mouse and keyboard alike, with a place. */
const NOTIFYICON_VERSION_4 = 4;
const [SW_HIDE, SW_SHOWNORMAL] = [0, 1] as const;
/** ShellExecuteW answers an error number up to this, by a tradition of 16 bits. */
const LAST_ERROR = 32;

export function declareShell32(koffi: Koffi): Shell32 {
  const library = koffi.load('shell32.dll');
  const data = koffi.struct({
    cbSize: 'uint32_t',
    hWnd: 'void *',
    uID: 'uint32_t',
    uFlags: 'uint32_t',
    uCallbackMessage: 'uint32_t',
    hIcon: 'void *',
    szTip: koffi.array('char16_t', 128),
    dwState: 'uint32_t',
    dwStateMask: 'uint32_t',
    szInfo: koffi.array('char16_t', 256),
    uVersion: 'uint32_t',
    szInfoTitle: koffi.array('char16_t', 64),
    dwInfoFlags: 'uint32_t',
    guidItem: koffi.array('uint8_t', 16),
    hBalloonIcon: 'void *',
  });
  const cbSize = koffi.sizeof(data);
  const notify = library.func('Shell_NotifyIconW', 'int', ['uint32_t', koffi.pointer(data)]);
  const execute = library.func('ShellExecuteW', 'intptr_t', [
    ...['void *', 'str16', 'str16', 'str16', 'str16', 'int'],
  ]);
  return {
    notifyIcon: (message, icon) => notify(MESSAGES[message], { cbSize, ...toNotifyIconData(icon) }) !== 0,
    execute({ verb, file, parameters, hidden }) {
      const show = hidden ? SW_HIDE : SW_SHOWNORMAL;
      return Number(execute(null, verb, file, parameters, null, show)) > LAST_ERROR;
    },
  };
}

function toNotifyIconData({ window, callbackMessage, image, tip, balloon }: NotifyIcon): object {
  return {
    hWnd: window,
    uID: 1,
    uFlags: NIF_MESSAGE | NIF_TIP | NIF_SHOWTIP | (image === null ? 0 : NIF_ICON) | (balloon ? NIF_INFO : 0),
    uCallbackMessage: callbackMessage,
    hIcon: image,
    szTip: tip,
    dwState: 0,
    dwStateMask: 0,
    szInfo: balloon?.text ?? '',
    uVersion: NOTIFYICON_VERSION_4,
    szInfoTitle: balloon?.title ?? '',
    dwInfoFlags: balloon?.warning ? NIIF_WARNING : NIIF_INFO,
    guidItem: new Array(16).fill(0),
    hBalloonIcon: null,
  };
}
