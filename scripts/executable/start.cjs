// What the single executable starts with: answers --version by itself, and loads the program from its assets, each
// piece with the code that V8 made of it for this very Node.
const { getAsset, getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const { version, pieces } = JSON.parse(getAsset('start.json', 'utf8'));
const loaded = new Map();

function load(name) {
  if (!Object.hasOwn(pieces, name)) return require(name);
  if (loaded.has(name)) return loaded.get(name).exports;
  const { file, cache } = pieces[name];
  // The files are ASCII: each byte is a character.
  const source = Buffer.from(getRawAsset(file)).latin1Slice();
  const cachedData = cache && Buffer.from(getRawAsset(cache));
  const piece = { exports: {} };
  loaded.set(name, piece);
  new Script(source, { filename: file, cachedData }).runInThisContext()(load, piece, piece.exports);
  return piece.exports;
}

const argv = process.argv.slice(2);
if (argv[0] === '--version')
  console.log(`hip/${version} ${process.platform}-${process.arch} node-${process.version}`);
else load('program').start(argv);
