// What the QUIC library's native part offers of a connection and its streams; the library itself types it as `any`. Its own
// muxer and streams in JavaScript make a dozen objects and events for each read, and an error for each connection that ends.

/** Either direction of a stream. Whoever drops it leaves it to the collector: the connection's end ends it. */
export interface NativeStream {
  /** At most so many bytes, as soon as there are some; nothing when the remote ended the stream. Rejects when that was reset. */
  read (maxBytes: number): Promise<Uint8Array | null | undefined>

  /** Resolves when the bytes are with the library. One at a time. */
  write (bytes: Uint8Array): Promise<void>

  finishWrite (): Promise<void>
  resetWrite (): Promise<void>
  stopRead (): Promise<void>
}

/** A connection. When it ends, whatever is awaited of it rejects. */
export interface NativeConnection {
  outboundStream (): Promise<NativeStream>

  /** The next stream that the remote opens. */
  inboundStream (): Promise<NativeStream>

  /** Closes it at once. */
  abort (): void
}

/** Leaves a stream at once, both ways. */
export function leave (stream: NativeStream): void {
  // A stream that is no more needs no leaving.
  stream.resetWrite().catch(() => undefined)
  stream.stopRead().catch(() => undefined)
}
