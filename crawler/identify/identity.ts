/** What a peer said of itself (libp2p identify specification, `/ipfs/id/1.0.0`). Texts are as received: hostile. */
export interface Identity {
  protocolVersion?: string
  agentVersion?: string
  protocols: readonly string[]

  /** Binary multiaddrs. */
  listenAddresses: readonly Uint8Array[]

  /** Binary multiaddr. */
  observedAddress?: Uint8Array

  /** Sequence number of the signed peer record, where one was sent and its signature holds. */
  recordSequence?: bigint
}
