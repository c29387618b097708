// The native interface of the QUIC library for a connection and its streams, which the library types as `any`. The
// library's own muxer and streams in JavaScript create a dozen objects and events for each read, and an error for
// each connection that ends.

/** A stream in both directions. It need not be closed: it ends with its connection. */
export interface NativeStream {
  /** Reads up to `maxBytes`, as soon as there are some; null or undefined at the end of the stream. Rejects if the stream was reset. */
  read (maxBytes: number): Promise<Uint8Array | null | undefined>

  /** Resolves when the library has taken the bytes. One call at a time. */
  write (bytes: Uint8Array): Promise<void>

  finishWrite (): Promise<void>
  resetWrite (): Promise<void>
  stopRead (): Promise<void>
}

/** A connection. When it ends, all its pending promises reject. */
export interface NativeConnection {
  outboundStream (): Promise<NativeStream>

  /** The next stream that the remote opens. */
  inboundStream (): Promise<NativeStream>

  /** Closes it at once. */
  abort (): void
}

/** Closes a stream at once in both directions. */
export function closeStream (stream: NativeStream): void {
  // If this fails, the stream is closed already.
  stream.resetWrite().catch(() => undefined)
  stream.stopRead().catch(() => undefined)
}
