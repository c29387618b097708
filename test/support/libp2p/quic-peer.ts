// A peer that listens on QUIC and takes any number of visits; prints its address, and ends when it is killed.
import { quic } from '@chainsafe/libp2p-quic'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] },
  transports: [quic()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionManager: { maxConnections: 10_000, inboundConnectionThreshold: 10_000, maxIncomingPendingConnections: 10_000 },
  connectionMonitor: { enabled: false },
  services: { identify: identify({ runOnConnectionOpen: false }) }
})
process.stdout.write(`${String(node.getMultiaddrs()[0])}\n`)
