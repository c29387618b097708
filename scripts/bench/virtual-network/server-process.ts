/**
 * One of the processes that serve a virtual network. It serves the peers whose number equals its
 * own modulo the number of processes. It reports to its parent when it is ready, and ends when the
 * parent disconnects.
 */
import { aborted } from '../../../core/time/signals.ts'
import { BlackHoles } from './black-holes.ts'
import { ipOf } from './kubo-addresses.ts'
import { PeerAnswers } from './peer-answers.ts'
import { PeerServer } from './peer-server.ts'
import { createPopulation, isContactable } from './population.ts'
import { KeySpace } from './routing-table.ts'
import { SharedKeys } from './shared-keys.ts'
import type { NetworkOptions } from './virtual-network.ts'

const [options = '{}', share = '0', shares = '1', keys = ''] = process.argv.slice(2)
const { addresses, ...population } = JSON.parse(options) as NetworkOptions
const stop = new AbortController()
process.on('disconnect', () => {
  stop.abort()
})

const all = createPopulation(population, SharedKeys.read(keys))
const ours = all.filter(({ number }) => number % Number(shares) === Number(share))
await using stack = new AsyncDisposableStack()
stack.use(await PeerServer.open(ours.filter(peer => isContactable(peer) || peer.role === 'silent'), new PeerAnswers(new KeySpace(all), addresses), stop.signal))
stack.use(await BlackHoles.open(ours.filter(({ role }) => role === 'black-hole').map(({ number }) => ipOf(number)), stop.signal))
process.send?.('ready')
await aborted(stop.signal)
