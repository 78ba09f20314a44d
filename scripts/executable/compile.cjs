// Run by the Node that goes into the executable, in the folder of its assets: loads every piece and keeps the code
// that V8 has made of it. Functions that a start calls are in it because they were called here.
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

const { pieces } = JSON.parse(readFileSync('start.json', 'utf8'));
const loaded = new Map();
const assets = {
  getAsset: (name, encoding) => readFileSync(fileOf(name), encoding),
  getRawAsset: (name) => readFileSync(fileOf(name)),
};

function fileOf(name) {
  return JSON.parse(readFileSync('sea.json', 'utf8')).assets[name];
}

function load(name) {
  if (name === 'node:sea') return assets;
  if (!Object.hasOwn(pieces, name)) return require(name);
  if (loaded.has(name)) return loaded.get(name).piece.exports;
  const { file } = pieces[name];
  const script = new Script(readFileSync(file, 'latin1'), { filename: file });
  const piece = { exports: {} };
  loaded.set(name, { script, piece });
  script.runInThisContext()(load, piece, piece.exports);
  return piece.exports;
}

async function main() {
  const { commands } = load('program');
  for (const command of Object.values(commands)) await command();
  for (const name of Object.keys(pieces)) load(name);
  for (const [name, { script }] of loaded) writeFileSync(pieces[name].cache, script.createCachedData());
}

main();
