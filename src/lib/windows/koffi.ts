/** What the Windows modules call Win32 with. */
export type Koffi = typeof import('koffi')['default'];

/** Loaded only where it is used: a native addon costs a file on disk, and on Linux hip does without. */
export async function loadKoffi(): Promise<Koffi> {
  return (await import('koffi')).default;
}
