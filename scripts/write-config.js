// Writes config.json (all settings with their defaults), config.schema.json (for editors) and the table of the
// README from the one list in src/lib/config/schema.ts. Run after a build: node scripts/write-config.js [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { listSettings } from '../dist/lib/config/schema.js';

const settings = listSettings();
const check = process.argv.includes('--check');
let stale = false;

function put(file, content) {
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    // A missing file is a stale one.
  }
  if (before === content) return;
  stale = true;
  if (!check) writeFileSync(file, content);
}

function nest(pick) {
  const tree = {};
  for (const setting of settings) {
    const keys = setting.path.split('.');
    let node = tree;
    for (const key of keys.slice(0, -1)) node = node[key] ??= {};
    node[keys.at(-1)] = pick(setting);
  }
  return tree;
}

const defaults = nest((setting) => (setting.kind === 'object' ? {} : setting.default));
put('config.json', `${JSON.stringify({ $schema: './config.schema.json', ...defaults }, null, 2)}\n`);

function leaf(setting) {
  const type = { text: 'string', number: 'integer', boolean: 'boolean', list: 'array', object: 'object' }[
    setting.kind
  ];
  return {
    description: setting.description,
    type: setting.nullable ? [type, 'null'] : type,
    ...(setting.choices.length > 0
      ? { enum: [...setting.choices, ...(setting.nullable ? [null] : [])] }
      : {}),
    ...(setting.kind === 'object' ? {} : { default: setting.default }),
  };
}

function branch(tree) {
  const properties = {};
  for (const [key, value] of Object.entries(tree))
    properties[key] = 'description' in value ? value : branch(value);
  return { type: 'object', additionalProperties: false, properties };
}

const schema = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'hip', ...branch(nest(leaf)) };
schema.properties.$schema = { type: 'string' };
// Names of the previous programs are understood as well; an editor should not mark them.
schema.patternProperties = { '^[A-Z_]+$': {} };
put('config.schema.json', `${JSON.stringify(schema, null, 2)}\n`);

const rows = settings.map((setting) => {
  const value = setting.kind === 'object' ? '{}' : JSON.stringify(setting.default);
  const choices = setting.choices.length > 0 ? ` (${setting.choices.join(', ')})` : '';
  return `| \`${setting.path}\` | \`${value}\` | ${setting.description}${choices} |`;
});
const table = ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
let readme = '';
try {
  readme = readFileSync('README.md', 'utf8');
} catch {
  // No README yet: nothing to refresh.
}
const marked = readme.replace(/(<!-- settings -->\n)[\s\S]*?(\n<!-- \/settings -->)/, `$1${table}$2`);
if (readme !== '') put('README.md', marked);

if (check && stale) {
  console.error(
    'config.json, config.schema.json or the README table are stale: run node scripts/write-config.js',
  );
  process.exitCode = 1;
}
