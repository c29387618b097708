/** What carries the bytes of a link: a TCP socket, a WebSocket, a stream through a relay. */
export interface Carrier {
  /** Sends bytes, which stay the caller's to read but not to change. Never waits: the caps of a session bound all that a remote can make us send. */
  write (bytes: Uint8Array): void

  /** Leaves at once. Nothing is told after it. */
  drop (): void
}

/** What a carrier tells. */
export interface CarrierHandler {
  /** Bytes can be sent. */
  onOpen: () => void

  /** Bytes came. They are the carrier's again when this returns. */
  onBytes: (bytes: Uint8Array) => void

  /** The remote has ended, or the carrier is gone. */
  onEnd: () => void

  onError: (err: Error) => void
}

/** Starts to open a carrier; tells nothing before it has returned. */
export type OpenCarrier = (handler: CarrierHandler) => Carrier
