/**
 * The time of day in answers: hip fills it in when it answers, so it differs from one run to the next without the
 * answers being different. Exactly these places: `DateTime=<number>` of `rtdata`, `Time=<date>T<time>` of `type=time`
 * (both may be followed by a zone, which counts), and `"time":"<14 digits>"` of `SET_TIME`. The header `Date` and the
 * `trans_id` of a `SET_TIME` that nobody queued are left to those who compare headers.
 */
const PLACES: readonly (readonly [found: RegExp, pattern: string])[] = [
  [/(?<=\bDateTime=)\d+/, '\\d+'],
  [/(?<=\bTime=)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d'],
  [/(?<="time":")\d{14}(?=")/, '\\d{14}'],
];

export function hasTimeOfDay(body: string): boolean {
  return PLACES.some(([found]) => found.test(body));
}

/** The same for bodies that differ in nothing but the time of day. */
export function withoutTimeOfDay(body: string): string {
  return PLACES.reduce((text, [found]) => text.replace(found, '(time of day)'), body);
}

/** A regular expression that takes any time of day in the body's place for it, and nothing else. */
export function timelessPattern(body: string): string {
  const marked = PLACES.reduce((text, [found], i) => text.replace(found, `\u0001${i}\u0001`), body);
  const escaped = marked.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `^${escaped.replace(/\u0001(\d)\u0001/g, (_, i: string) => PLACES[Number(i)]![1])}$`;
}
