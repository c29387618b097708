// A passive node that looks for a peer in a separate process. Runs in its own network namespace, prints its reports
// as JSON, and ends.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { Child } from '../child.ts'
import { until } from '../until.ts'
import { openPassiveRig } from './open-passive.ts'

const PEER = fileURLToPath(new URL('./mdns-peer.ts', import.meta.url))
const LIMIT_MS = 90_000

await using peer = new Child(spawn(process.execPath, [PEER], { stdio: ['ignore', 'pipe', 'inherit'] }))
await until('the peer is up', () => peer.output.includes('\n'), LIMIT_MS)
await using rig = await openPassiveRig({ mdns: true })
await until('it is found', () => rig.visits.length > 0, LIMIT_MS)
const us = formatPeerId(rig.discovery.id)
await until('it finds us', () => peer.output.split('\n').includes(us), LIMIT_MS)
const [found = ''] = peer.output.split('\n')
const visits = rig.visits.map(({ discoveryType, source, id, result: { outcome, identity, latencyMs } }) =>
  ({ discoveryType, source, id: Buffer.from(id).toString('hex'), outcome, agent: identity?.agentVersion, hasLatency: latencyMs !== undefined }))

process.stdout.write(JSON.stringify({ peer: found, visits }))
