import { quic } from '@chainsafe/libp2p-quic'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Identify } from '@libp2p/identify'
import type { Libp2p } from 'libp2p'

/** A plain libp2p node that tests a devnet from outside; stop it when done. */
export async function openProbe (): Promise<Libp2p<{ identify: Identify }>> {
  return await createLibp2p({
    transports: [tcp(), webSockets(), quic(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0, addressDialTimeout: 500, dialTimeout: 2_000 },
    services: { identify: identify({ runOnConnectionOpen: false }) }
  })
}
