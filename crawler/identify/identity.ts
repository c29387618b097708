/** What a peer reports about itself (libp2p identify specification, `/ipfs/id/1.0.0`). Texts are as received, hence hostile. */
export interface Identity {
  protocolVersion?: string
  agentVersion?: string
  protocols: readonly string[]

  /** Binary multiaddrs. */
  listenAddresses: readonly Uint8Array[]

  /** Binary multiaddr. */
  observedAddress?: Uint8Array

  /** Sequence number of the signed peer record, if one was sent with a valid signature. */
  recordSequence?: bigint
}
