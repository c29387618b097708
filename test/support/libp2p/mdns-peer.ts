// A peer on the local network that announces itself by multicast DNS. Prints its peer id and those of the peers that
// it finds, and ends when it is killed.
import { identify } from '@libp2p/identify'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const node = await createLibp2p({
  nodeInfo: { userAgent: 'neighbour/1' },
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  peerDiscovery: [mdns({ interval: 1_000 })],
  connectionGater: { denyDialMultiaddr: () => true },
  services: { identify: identify(), ping: ping() }
})
process.stdout.write(`${node.peerId.toString()}\n`)
node.addEventListener('peer:discovery', ({ detail: { id } }) => {
  process.stdout.write(`${id.toString()}\n`)
})
