import { ENGLISH, type Texts } from './texts/english.js';
import { LAO } from './texts/lao.js';
import { THAI } from './texts/thai.js';

export const LANGUAGES = { en: ENGLISH, th: THAI, lo: LAO } as const satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;

/** The ten low bits of a Windows language number name the language, the rest its country (winnt.h). */
const PRIMARY_LANGUAGE = 0x3ff;
const BY_WINDOWS: Readonly<Record<number, Language>> = { 30: 'th', 84: 'lo' };

export function languageOf(windowsLanguage: number): Language {
  return BY_WINDOWS[windowsLanguage & PRIMARY_LANGUAGE] ?? 'en';
}

/** In which words and with which clock a person is spoken to. */
export interface Speech {
  readonly texts: Texts;
  /** ISO UTC to the wall clock of this PC. */
  localTime(iso: string): string;
}

/** A text with its {values} filled in. */
export function say(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole)).trim();
}

/** Windows cuts what is too long wherever it ends; an ellipsis, and no half of a surrogate pair, reads better. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
