/**
 * What law 3 forbids to keep: templates, photos, passwords and keys. Everything that goes into quarantine, facts or
 * command details passes here first.
 */

/** Field names whose value is a secret, a template or a picture, without the read-only mark `~`. */
const SECRET_NAME =
  /pass|pwd|secret|token|tmp|templat|content|photo|picture|image|commkey|comkey|authkey|publickey|factors|card|fpdata|facedata|biodata|feature|idnum/i;

/** A named field with a value: `Tmp=…`, `~CommKey=…`, `"photo": "…"`. An empty value hides nothing. */
const SECRET_FIELD =
  /(?:pass|pwd|secret|token|tmp|templat|content|photo|picture|image|commkey|comkey|authkey|publickey|factors|fpdata|facedata|biodata|feature|idnum)\w{0,32}"?[ ]{0,8}[=:][ ]{0,8}"?[^\s"=:,&]/i;

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** True when a line carries the value of a secret field, wherever in the line. */
export function carriesSecret(text: string): boolean {
  return SECRET_FIELD.test(text);
}

/** JPEG, PNG or BMP by its first bytes; photos arrive as bare pictures too (adms.md 8.3). */
export function isPicture(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (
    (a === 0xff && b === 0xd8 && c === 0xff) ||
    (a === 0x89 && b === 0x50 && c === 0x4e && d === 0x47) ||
    (a === 0x42 && b === 0x4d && bytes.length > 64)
  );
}
