// Puts into node.exe what Windows finds as resources: icon, name and version of hip, and the program itself.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ENGLISH = { lang: 1033, codepage: 1200 };

/** Where Node looks for a program inside itself. */
const BLOB = { type: 10, id: 'NODE_SEA_BLOB', lang: 0, codepage: 0 };

/** Takes and returns the bytes of node.exe; its signature, which no longer fits, is dropped. */
export function fillWindowsProgram(bytes, { version, blob }) {
  const program = NtExecutable.from(bytes, { ignoreCert: true });
  const resources = NtExecutableResource.from(program);
  setIcon(resources.entries);
  setVersion(resources.entries, version);
  resources.entries.push({ ...BLOB, bin: blob });
  resources.outputResource(program);
  return Buffer.from(program.generate());
}

function setIcon(entries) {
  const icon = Data.IconFile.from(readFileSync(join(root, 'assets/hip.ico')));
  for (const group of Resource.IconGroupEntry.fromEntries(entries)) {
    Resource.IconGroupEntry.replaceIconsForResource(
      entries,
      group.id,
      group.lang,
      icon.icons.map(({ data }) => data),
    );
  }
}

function setVersion(entries, version) {
  const [info] = Resource.VersionInfo.fromEntries(entries);
  const [major, minor, patch] = version.split(/[.-]/).map(Number);
  for (const language of info.getAllLanguagesForStringValues()) info.removeAllStringValues(language);
  info.setFileVersion(major, minor, patch, 0);
  info.setProductVersion(major, minor, patch, 0);
  info.setStringValues(ENGLISH, {
    ProductName: 'hip',
    FileDescription: 'hip, attendance punches to MySQL',
    FileVersion: version,
    ProductVersion: version,
    InternalName: 'hip',
    OriginalFilename: 'hip.exe',
    LegalCopyright: 'MIT licence; contains Node.js, copyright Node.js contributors',
  });
  info.outputToResourceEntries(entries);
}
