import { listSettings, type Setting } from './schema.js';
import { nearest, setPath, type Tree } from './tree.js';

/** Names with `HIP_` that are not settings: the test suite's own, oclif's, and those of AMD's HIP on the same PC. */
const NOT_SETTINGS =
  /^HIP_(TEST_\w+|BENCH_\w+|DEBUG|VISIBLE_DEVICES|PATH|PLATFORM|COMPILER|RUNTIME|CLANG_PATH|DEVICE_LIB_PATH)$/;

/** Reads every `HIP_*` variable into a tree; what can't be read becomes a fault naming the variable. */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  tree: Tree;
  faults: string[];
  /** Variables that only share our prefix: named once, never a reason to stop. */
  notes: string[];
  names: Map<string, string>;
} {
  const settings = new Map(listSettings().map((setting) => [setting.environment, setting]));
  const tree: Tree = {};
  const faults: string[] = [];
  const notes: string[] = [];
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    // HIP_CONFIG names the file itself and is read by the look-up.
    if (!name.startsWith('HIP_') || value === undefined || name === 'HIP_CONFIG' || NOT_SETTINGS.test(name))
      continue;
    const setting = settings.get(name);
    if (!setting) {
      const near = nearest(name, [...settings.keys()]);
      if (near) faults.push(`${name} is no setting; did you mean ${near}?`);
      else notes.push(`The variable ${name} is no setting of hip and is ignored.`);
      continue;
    }
    const parsed = parseValue(setting, value);
    if (parsed === undefined) {
      faults.push(`${name} must be ${wanted(setting)}`);
    } else {
      setPath(tree, setting.path.split('.'), parsed);
      names.set(setting.path, name);
    }
  }
  return { tree, faults, notes, names };
}

function parseValue(setting: Setting, value: string): unknown {
  // A script whose variable is not set: the schema says that it is empty, where that can't be meant.
  if (value === '' && setting.isPath) return setting.kind === 'list' ? [''] : '';
  if (value === '' && setting.nullable) return null;
  switch (setting.kind) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
    case 'boolean':
      return /^(1|true|yes|on)$/i.test(value) ? true : /^(0|false|no|off)$/i.test(value) ? false : undefined;
    case 'list':
      return value
        .split(/[;,]/)
        .map((item) => item.trim())
        .filter(Boolean);
    case 'object':
      return parseObject(value);
    default:
      return value;
  }
}

function parseObject(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function wanted(setting: Setting): string {
  return {
    number: 'a number',
    boolean: 'true or false',
    list: 'a list',
    object: 'a JSON object',
    text: 'text',
  }[setting.kind];
}
