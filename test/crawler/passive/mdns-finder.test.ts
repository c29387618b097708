import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromString } from '@libp2p/peer-id'
import { mdnsFinder } from '../../../crawler/passive/mdns-finder.ts'
import type { PeerInfo } from '@libp2p/interface'

// What it finds on a network: test/system/mdns.test.ts.
test('mdnsFinder tells of what multicast DNS finds, and starts nothing by itself', () => {
  const found: PeerInfo[] = []
  const discovery = mdnsFinder('us', peer => found.push(peer))({ addressManager: {} as never, logger: defaultLogger() })
  const detail = { id: peerIdFromString('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'), multiaddrs: [] }
  discovery.dispatchEvent(new CustomEvent('peer', { detail }))

  assert.deepEqual(found, [detail])
})
