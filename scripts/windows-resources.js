// Gives node.exe the icon, name and version of hip. Must be done before the program is put inside: what follows the
// resources would move.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ENGLISH = { lang: 1033, codepage: 1200 };

/** Takes and returns the bytes of the program; its signature, which no longer fits, is dropped. */
export function dressWindowsProgram(bytes, version) {
  const program = NtExecutable.from(bytes, { ignoreCert: true });
  const resources = NtExecutableResource.from(program);
  const icon = Data.IconFile.from(readFileSync(join(root, 'assets/hip.ico')));
  for (const group of Resource.IconGroupEntry.fromEntries(resources.entries)) {
    Resource.IconGroupEntry.replaceIconsForResource(
      resources.entries,
      group.id,
      group.lang,
      icon.icons.map(({ data }) => data),
    );
  }
  const [info] = Resource.VersionInfo.fromEntries(resources.entries);
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
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.from(program.generate());
}
