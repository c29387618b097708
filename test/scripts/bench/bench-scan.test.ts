import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseAddress } from '../../../crawler/address/address.ts'
import { compileScan } from '../../../crawler/compile-scan.ts'
import { benchScan } from '../../../scripts/bench/bench-scan.ts'
import { kuboAddresses } from '../../../scripts/bench/virtual-network/kubo-addresses.ts'
import { createPopulation } from '../../../scripts/bench/virtual-network/population.ts'

suite('the scan of bench:crawl', () => {
  test('starts at peer 0 and is a valid scan', () => {
    const scan = benchScan({ strategy: 'Census', concurrency: 7 })
    const [bootstrap] = compileScan(scan).network.bootstrapPeers
    const { address, peerId } = parseAddress(bootstrap!)!

    assert.deepEqual([...address], [...kuboAddresses(0, 1)[0]!])
    assert.deepEqual([...peerId!], [...createPopulation({ peers: 1, dead: 0 })[0]!.key.id])
    assert.deepEqual([compileScan(scan).crawl.strategy, compileScan(scan).crawl.concurrency], ['Census', 7])
  })
})
