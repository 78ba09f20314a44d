import type { Koffi } from '../koffi.js';
import type { Pointer } from './pointer.js';

/** Declarations of user32.dll: a window that only receives messages, icons, message boxes (winuser.h). */
export interface User32 {
  /** Lets pictures and places be real pixels; before the first window. */
  setDpiAware(): void;
  /** Pixels of a small icon on this screen: 16, 20, 24, 32. */
  smallIconSize(): number;
  /**
   * A top-level window that is never shown: a message-only one would not hear TaskbarCreated. Null where refused.
   * `onMessage` answers a message, or null to leave it to Windows. It runs inside `pump` and while a menu is open.
   */
  createWindow(className: string, onMessage: OnMessage): Handle | null;
  destroyWindow(window: Handle): void;
  /** Delivers what came since the last call; returns at once. */
  pump(): void;
  post(window: Handle, message: number): void;
  /** The number of a message that is known by its name in the whole session. */
  messageNamed(name: string): number;
  foreground(window: Handle): void;
  /** From the content of one image of an icon file. */
  createIcon(image: Uint8Array, size: number): Handle | null;
  destroyIcon(icon: Handle): void;
  /** Resolves when the person has closed it. */
  messageBox(title: string, text: string): Promise<void>;
}

export type Handle = Pointer;

export type OnMessage = (window: Handle, message: number, parameters: MessageParameters) => number | null;

export interface MessageParameters {
  readonly w: number | bigint;
  readonly l: number | bigint;
}

const SM_CXSMICON = 49;
const PM_REMOVE = 1;
const ICON_VERSION = 0x0003_0000;
const [MB_ICONINFORMATION, MB_SETFOREGROUND] = [0x40, 0x10000] as const;

export function declareUser32(koffi: Koffi): User32 {
  const library = koffi.load('user32.dll');
  const declare = (name: string, result: string, parameters: string): ReturnType<typeof library.func> =>
    library.func(`${result} __stdcall ${name}(${parameters})`);
  const setDpiAware = declare('SetProcessDPIAware', 'int', '');
  const systemMetrics = declare('GetSystemMetrics', 'int', 'int');
  const post = declare('PostMessageW', 'int', 'void *, uint32_t, uintptr_t, intptr_t');
  const registerMessage = declare('RegisterWindowMessageW', 'uint32_t', 'str16');
  const foreground = declare('SetForegroundWindow', 'int', 'void *');
  const create = declare(
    'CreateIconFromResourceEx',
    'void *',
    'void *, uint32_t, int, uint32_t, int, int, uint32_t',
  );
  const destroyIcon = declare('DestroyIcon', 'int', 'void *');
  const messageBox = declare('MessageBoxW', 'int', 'void *, str16, str16, uint32_t');
  return {
    ...declareWindows(koffi, library),
    pump: declarePump(koffi, library),
    setDpiAware: () => void setDpiAware(),
    smallIconSize: () => systemMetrics(SM_CXSMICON) as number,
    post: (window, message) => void post(window, message, 0, 0),
    messageNamed: (name) => registerMessage(name) as number,
    foreground: (window) => void foreground(window),
    createIcon: (image, size) => create(image, image.length, 1, ICON_VERSION, size, size, 0) as Handle | null,
    destroyIcon: (icon) => void destroyIcon(icon),
    messageBox: (title, text) =>
      new Promise((resolve) => {
        // On a thread of its own: a box that nobody closes must not stop the icon.
        const flags = MB_ICONINFORMATION | MB_SETFOREGROUND;
        messageBox.async(null, text, title, flags, () => resolve());
      }),
  };
}

type Library = ReturnType<Koffi['load']>;

function declareWindows(koffi: Koffi, library: Library): Pick<User32, 'createWindow' | 'destroyWindow'> {
  const procedure = koffi.proto('intptr_t', ['void *', 'uint32_t', 'uintptr_t', 'intptr_t']);
  const windowClass = koffi.struct({
    style: 'uint32_t',
    lpfnWndProc: koffi.pointer(procedure),
    cbClsExtra: 'int',
    cbWndExtra: 'int',
    hInstance: 'void *',
    hIcon: 'void *',
    hCursor: 'void *',
    hbrBackground: 'void *',
    lpszMenuName: 'str16',
    lpszClassName: 'str16',
  });
  const register = library.func('RegisterClassW', 'uint16_t', [koffi.pointer(windowClass)]);
  const create = library.func(
    'void * __stdcall CreateWindowExW(uint32_t, str16, str16, uint32_t, int, int, int, int, void *, void *, void *, void *)',
  );
  const destroy = library.func('int __stdcall DestroyWindow(void *)');
  const leave = library.func('intptr_t __stdcall DefWindowProcW(void *, uint32_t, uintptr_t, intptr_t)');
  return {
    createWindow(className, onMessage) {
      const answer = (window: Handle, number: number, w: number | bigint, l: number | bigint): unknown =>
        onMessage(window, number, { w, l }) ?? leave(window, number, w, l);
      // Never unregistered: Windows may call until the process is gone.
      const lpfnWndProc = koffi.register(answer, koffi.pointer(procedure));
      const nothing = {
        hInstance: null,
        hIcon: null,
        hCursor: null,
        hbrBackground: null,
        lpszMenuName: null,
      };
      const sizes = { style: 0, cbClsExtra: 0, cbWndExtra: 0 };
      if (register({ ...sizes, ...nothing, lpfnWndProc, lpszClassName: className }) === 0) return null;
      return create(0, className, 'hip', 0, 0, 0, 0, 0, null, null, null, null) as Handle | null;
    },
    destroyWindow: (window) => void destroy(window),
  };
}

function declarePump(koffi: Koffi, library: Library): User32['pump'] {
  const message = koffi.struct({
    hwnd: 'void *',
    message: 'uint32_t',
    wParam: 'uintptr_t',
    lParam: 'intptr_t',
    time: 'uint32_t',
    x: 'int32_t',
    y: 'int32_t',
  });
  const pointer = koffi.pointer(message);
  const peek = library.func('PeekMessageW', 'int', [
    koffi.out(pointer),
    ...['void *', 'uint32_t', 'uint32_t', 'uint32_t'],
  ]);
  const dispatch = library.func('DispatchMessageW', 'intptr_t', [pointer]);
  return () => {
    const came = {};
    while (peek(came, null, 0, 0, PM_REMOVE) !== 0) dispatch(came);
  };
}
