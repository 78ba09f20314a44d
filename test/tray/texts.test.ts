import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../src/lib/tray/alarms.js';
import { balloonsOf, failureBalloon, syncBalloon } from '../../src/lib/tray/balloons.js';
import type { TextKey } from '../../src/lib/tray/texts/english.js';
import { LANGUAGES, languageOf, say, shorten } from '../../src/lib/tray/texts.js';
import { ago, english, HOUR_MS } from './rig.js';

const KEYS = Object.keys(LANGUAGES.en) as TextKey[];
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

describe.each(Object.entries(LANGUAGES))('%s', (language, texts) => {
  it('has every text, with the same values in it', () => {
    expect(Object.keys(texts).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) expect(holes(texts[key]), key).toEqual(holes(LANGUAGES.en[key]));
  });

  it('is written in its own letters', () => {
    const letters = { en: /[a-z]/i, th: /\p{Script=Thai}/u, lo: /\p{Script=Lao}/u }[language]!;
    const others = { en: /[^\p{ASCII}…]/u, th: /\p{Script=Lao}/u, lo: /\p{Script=Thai}/u }[language]!;
    for (const key of KEYS.filter((each) => each !== 'serviceLine')) {
      expect(texts[key], key).toMatch(letters);
      expect(texts[key], key).not.toMatch(others);
    }
  });

  it('says everything in balloons without being cut', () => {
    const devices = ['Front door', 'Warehouse', 'Canteen', 'Gate'];
    const silent = devices.map((name): Alarm => ({ kind: 'device', name, silentMs: HOUR_MS }));
    const raised: Alarm[] = [
      { kind: 'service', role: 'serve', reason: 'its process ended unexpectedly' },
      { kind: 'service', role: 'sync', reason: 'its process ended unexpectedly' },
      { kind: 'backlog', waiting: 12_345, since: ago(HOUR_MS) },
      ...silent,
    ];
    const speech = { ...english, texts };
    const counts = { punches: 12_345, delivered: 12_345, waiting: 12_345 };
    const said = [
      ...balloonsOf({ raised, healed: raised }, speech),
      syncBalloon({ code: 0, counts, error: null }, speech),
      syncBalloon({ code: 4, counts, error: null }, speech),
      syncBalloon({ code: 1, counts: null, error: null }, speech),
      failureBalloon(texts.serve, texts.notAllowed, speech),
    ];
    expect(said).toHaveLength(12);
    for (const { title, text } of said) {
      expect(`${title}${text}`).not.toMatch(/…$|[{}]/);
      expect(text).not.toBe('');
    }
  });
});

it('is the language of Windows where hip speaks it, whatever its country', () => {
  expect([0x041e, 0x0454, 0x0409, 0x0809, 0x0407].map(languageOf)).toEqual(['th', 'lo', 'en', 'en', 'en']);
});

it('names each device of a balloon up to three', () => {
  const raised = ['A', 'B', 'C', 'D', 'E'].map(
    (name): Alarm => ({ kind: 'device', name, silentMs: HOUR_MS }),
  );
  const [balloon, ...more] = balloonsOf({ raised, healed: [] }, english);
  expect(more).toEqual([]);
  expect(balloon).toMatchObject({ level: 'warning', title: 'A terminal is silent' });
  expect(balloon?.text).toMatch(/^A, B, C and 2 more: nothing heard for 60 minutes\./);
});

it('leaves a hole that nobody fills as it is, and cuts no character in half', () => {
  expect(say('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('abcd👍efg', 6)).toBe('abcd…');
});
