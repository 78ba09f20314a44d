import * as v from 'valibot';

/** What several sections of the settings are made of. */

export const text = () => v.string();

/** The name of a file or folder: an empty one would be the folder that the program runs in. */
export const path = () => v.pipe(text(), v.nonEmpty('is empty; name a file or folder, or leave it out'));

export const count = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));

export function setting<const S extends v.GenericSchema>(
  schema: S,
  fallback: v.InferInput<S>,
  description: string,
) {
  return v.optional(v.pipe(schema, v.description(description)), fallback as never);
}

export function serialNumber() {
  return v.pipe(text(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -'));
}

/** No more than that: an address with a password in it would be shown wherever the host is. */
export function hostName() {
  return v.pipe(
    text(),
    v.regex(/^[^\s@/?#]*$/, 'is no host name; a whole address belongs into database.url'),
  );
}

/** An IANA name the runtime knows, or a fixed offset as some place on earth has it. */
export function timeZone() {
  return v.pipe(text(), v.check(isTimeZone, 'is no time zone: write Asia/Bangkok or +07:00'));
}

function isTimeZone(name: string): boolean {
  // Decided here, for newer runtimes take offsets themselves, up to 24 hours.
  if (/^[+-]/.test(name)) return isOffset(name);
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isOffset(text: string): boolean {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):([0-5]\d)$/.exec(text) ?? [];
  return Number(hours) * 60 + Number(minutes) <= (sign === '-' ? 12 : 14) * 60;
}
