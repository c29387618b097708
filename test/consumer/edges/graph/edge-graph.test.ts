import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EdgeGraph } from '../../../../consumer/edges/graph/edge-graph.ts'
import { isAbort } from '../../../../core/time/signals.ts'
import { rowsOf } from '../../../support/consumer/edge-files.ts'
import { peerNo, tableOf } from '../../../support/consumer/neighbours.ts'

const { signal } = new AbortController()
const edgesOf = async (graph: EdgeGraph): Promise<string[]> =>
  (await Array.fromAsync(graph.edges(signal))).flat().map(({ from, to, bucket }) => `${graph.peers[from]!.nodeId} ${graph.peers[to]!.nodeId} ${String(bucket)}`)

suite('EdgeGraph', () => {
  test('has visited peers, peers that are only mentioned, and an edge for each entry', async () => {
    const graph = await EdgeGraph.read(rowsOf([tableOf(), tableOf({ nodeId: peerNo(2), outcome: 'timeout', entries: undefined, buckets: [] })]), signal)

    assert.deepEqual(graph.peers, [
      { nodeId: peerNo(1), visited: true, contacted: true, outcome: 'ok', tableAttempt: 1 },
      { nodeId: peerNo(2), visited: true, contacted: false, outcome: 'timeout' },
      { nodeId: peerNo(3), visited: false, contacted: false }
    ])
    assert.deepEqual(await edgesOf(graph), [`${peerNo(1)} ${peerNo(2)} 3`, `${peerNo(1)} ${peerNo(3)} 3`])
  })

  test('counts the table of a peer once: that of the last visit with entries', async () => {
    const again = tableOf({ attempt: 3, buckets: [{ bucket: 5, peers: [peerNo(4)] }], entries: 1 })
    const failed = tableOf({ attempt: 4, outcome: 'timeout', entries: undefined, buckets: [] })
    const graph = await EdgeGraph.read(rowsOf([tableOf(), again, failed]), signal)

    assert.deepEqual(await edgesOf(graph), [`${peerNo(1)} ${peerNo(4)} 5`])
    assert.equal(graph.peers[0]!.contacted, true, 'it was contacted in this crawl')
  })

  test('stops with its signal', async () => {
    await assert.rejects(EdgeGraph.read(rowsOf([tableOf()]), AbortSignal.abort()), isAbort)
  })
})
