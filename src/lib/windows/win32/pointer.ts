/** An address in native memory or a handle of the system; koffi tells NULL as null. */
export type Pointer = bigint;
