// What oclif knows of every command without loading it, made from the compiled commands in dist/.
import { Plugin } from '@oclif/core';

export async function createManifest(root) {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  return plugin.manifest;
}
