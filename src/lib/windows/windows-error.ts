/** A call of the system that failed, with the system's own number for why. */
export class WindowsError extends Error {
  readonly call: string;
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call}: Windows error ${errno}`);
    this.name = 'WindowsError';
    this.call = call;
    this.errno = errno;
  }
}
