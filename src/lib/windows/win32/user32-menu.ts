import type { Koffi } from '../koffi.js';
import type { Handle } from './user32.js';

/** Declarations of user32.dll that make and show menus (winuser.h). */
export interface User32Menu {
  create(): Handle | null;
  /** With everything below it. */
  destroy(menu: Handle): void;
  append(menu: Handle, item: NativeItem): boolean;
  /** Blocks until the person has chosen or gone elsewhere; the chosen id, or 0. Messages are delivered meanwhile. */
  track(menu: Handle, window: Handle, place: Place): number;
  /** What Windows itself holds: the texts, with those of a menu below indented. For whoever checks what is shown. */
  read(menu: Handle): string[];
}

export type NativeItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'item'; readonly id: number; readonly text: string; readonly enabled: boolean }
  | { readonly kind: 'submenu'; readonly menu: Handle; readonly text: string };

export interface Place {
  readonly x: number;
  readonly y: number;
}

const [MF_STRING, MF_GRAYED, MF_POPUP, MF_SEPARATOR, MF_BYPOSITION] = [0x0, 0x1, 0x10, 0x800, 0x400] as const;
const [TPM_RIGHTBUTTON, TPM_RETURNCMD] = [0x2, 0x100] as const;
const MOST_TEXT = 256;

export function declareUser32Menu(koffi: Koffi): User32Menu {
  const library = koffi.load('user32.dll');
  const create = library.func('void * __stdcall CreatePopupMenu()');
  const destroy = library.func('int __stdcall DestroyMenu(void *)');
  const append = library.func('int __stdcall AppendMenuW(void *, uint32_t, uintptr_t, str16)');
  const track = library.func('int __stdcall TrackPopupMenuEx(void *, uint32_t, int, int, void *, void *)');
  const count = library.func('int __stdcall GetMenuItemCount(void *)');
  const below = library.func('void * __stdcall GetSubMenu(void *, int)');
  const text = library.func('int __stdcall GetMenuStringW(void *, uint32_t, void *, int, uint32_t)');
  const textAt = (menu: Handle, position: number): string => {
    const buffer = Buffer.alloc(MOST_TEXT * 2);
    const units = text(menu, position, buffer, MOST_TEXT, MF_BYPOSITION) as number;
    return buffer.toString('utf16le', 0, units * 2);
  };
  const read = (menu: Handle): string[] =>
    Array.from({ length: count(menu) as number }, (_, position) => {
      const submenu = below(menu, position) as Handle | null;
      const indented = submenu === null ? [] : read(submenu).map((line) => `  ${line}`);
      return [textAt(menu, position), ...indented];
    }).flat();
  return {
    create: () => create() as Handle | null,
    destroy: (menu) => void destroy(menu),
    append: (menu, item) => append(menu, flagsOf(item), identityOf(item), textOf(item)) !== 0,
    track: (menu, window, { x, y }) =>
      track(menu, TPM_RIGHTBUTTON | TPM_RETURNCMD, x, y, window, null) as number,
    read,
  };
}

function flagsOf(item: NativeItem): number {
  if (item.kind === 'separator') return MF_SEPARATOR;
  if (item.kind === 'submenu') return MF_STRING | MF_POPUP;
  return MF_STRING | (item.enabled ? 0 : MF_GRAYED);
}

function identityOf(item: NativeItem): number | bigint {
  if (item.kind === 'separator') return 0;
  return item.kind === 'submenu' ? item.menu : item.id;
}

/** A single & would underline the next letter instead of being shown. */
function textOf(item: NativeItem): string | null {
  return item.kind === 'separator' ? null : item.text.replaceAll('&', '&&');
}
