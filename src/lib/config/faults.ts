import type * as v from 'valibot';
import { OLD_NAMES } from './aliases.js';
import { keysAt, listSettings } from './schema.js';
import { isPlainObject, nearest, type Tree } from './tree.js';

/** Faults of a configuration in words for people. What stands in a secret setting is never shown. */

/**
 * Takes out everything that is no setting and says so, each with the nearest known name: the schema alone would
 * name only the first of each object.
 */
export function takeUnknownKeys(tree: Tree, path: readonly string[] = []): string[] {
  const known = keysAt(path);
  // Below a map of the user's own names (statusMap, machines) nothing can be unknown.
  if (!known && path.join('.') !== 'devices') return [];
  return Object.keys(tree).flatMap((key) => {
    const value = tree[key];
    const here = [...path, key];
    if (path.length === 0 && key === '$schema') return [];
    if (known && !known.includes(key)) {
      delete tree[key];
      return [unknownKey(here, known)];
    }
    return isPlainObject(value) ? takeUnknownKeys(value, here) : [];
  });
}

/** One fault that the schema found. `environment` names the variable a setting came from, where it did. */
export function describeIssue(issue: v.BaseIssue<unknown>, environment: ReadonlyMap<string, string>): string {
  const keys = (issue.path ?? []).map((item) => String(item.key));
  const path = keys.join('.');
  const name = variableOf(issue, environment) ?? path;
  const setting = listSettings().find((entry) => entry.path === path);
  if (setting && setting.choices.length > 0) return `${name} must be one of ${setting.choices.join(', ')}`;
  // A text where a whole section belongs may be an address with its password.
  return `${name} ${sentence(issue, isSecret(path) || setting === undefined)}`;
}

/** The variable that the setting, or what it is part of, came from. */
export function variableOf(
  issue: v.BaseIssue<unknown>,
  environment: ReadonlyMap<string, string>,
): string | undefined {
  const keys = (issue.path ?? []).map((item) => String(item.key));
  const [found] = keys.flatMap((_, i) => environment.get(keys.slice(0, i + 1).join('.')) ?? []);
  return found;
}

function unknownKey(path: readonly string[], known: readonly string[]): string {
  const key = path.at(-1) ?? '';
  const near = nearest(key, path.length === 1 ? [...known, ...OLD_NAMES] : known);
  const guess = near === undefined ? elsewhere(key) : [...path.slice(0, -1), near].join('.');
  return `${path.join('.')} is no setting${guess === undefined ? '' : `; did you mean ${guess}?`}`;
}

/** A key in the wrong place: `port` at the top is probably `serve.port`. */
function elsewhere(key: string): string | undefined {
  return listSettings().find((setting) => setting.path.toLowerCase().endsWith(`.${key.toLowerCase()}`))?.path;
}

/** Errors go to screens, logs and mails. */
function isSecret(path: string): boolean {
  return /password|url$/i.test(path);
}

function sentence(issue: v.BaseIssue<unknown>, hide: boolean): string {
  switch (issue.type) {
    case 'min_value':
      return `must be at least ${issue.requirement}`;
    case 'max_value':
      return `must be at most ${issue.requirement}`;
    case 'integer':
      return 'must be a whole number';
    case 'non_empty':
    case 'regex':
    case 'check':
      return issue.message;
    default:
      return `must be ${wantedOf(issue)}${hide ? '' : `, not ${issue.received}`}`;
  }
}

function wantedOf(issue: v.BaseIssue<unknown>): string {
  const wanted = issue.expected ?? 'something else';
  return wanted.replace('Object', 'an object { … }').replace('Array', 'a list [ … ]');
}
