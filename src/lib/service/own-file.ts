/** What hip puts into its data folder, and a configuration that somebody keeps there. */
const OWN_FILE = /^(hip\.db.*|logs|.*\.(lock|json)(-journal)?|\..*)$/;

/** By its name in the data folder; everything else there belongs to a person, or to another program. */
export function isOwnFile(name: string): boolean {
  return OWN_FILE.test(name);
}
