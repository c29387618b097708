/** Carries the bytes of a link: a TCP socket, a WebSocket, or a stream through a relay. */
export interface Carrier {
  /** Sends bytes, which the caller must not change afterwards. Never waits: the limits of a session bound all that a remote can make us send. */
  write (bytes: Uint8Array): void

  /** Closes at once. No callback runs afterwards. */
  drop (): void
}

/** Callbacks of a carrier. */
export interface CarrierHandler {
  /** Bytes can be sent. */
  onOpen: () => void

  /** Bytes arrived. The carrier reuses the array when this returns. */
  onBytes: (bytes: Uint8Array) => void

  /** The remote has ended, or the carrier is closed. */
  onEnd: () => void

  onError: (err: Error) => void
}

/** Starts to open a carrier. No callback runs before it returns. */
export type OpenCarrier = (handler: CarrierHandler) => Carrier
