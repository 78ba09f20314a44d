/** A call of the system that failed, with the system's own number for why. */
export class WindowsError extends Error {
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call}: Windows error ${errno}`);
    this.name = 'WindowsError';
    this.errno = errno;
  }
}
