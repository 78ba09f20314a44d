import { HipError } from '../errors.js';

/** What the Windows modules call Win32 with. */
export type Koffi = typeof import('koffi')['default'];

/** Loaded only where it is used: a native addon costs a file on disk, and on Linux hip does without. */
export async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    // The single executable has said it better.
    if (error instanceof HipError) throw error;
    throw new HipError(
      'HIP_ADDON_BLOCKED',
      'koffi, the part of hip that talks to Windows, can not be loaded.',
      {
        suggestions: ['If an antivirus program took it away: allow hip there', 'Else install hip again'],
        cause: error,
      },
    );
  }
}
