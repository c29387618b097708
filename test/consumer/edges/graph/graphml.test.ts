import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DOMParser } from 'linkedom'
import { EdgeGraph } from '../../../../consumer/edges/graph/edge-graph.ts'
import { graphmlChunks } from '../../../../consumer/edges/graph/graphml.ts'
import { rowsOf } from '../../../support/consumer/edge-files.ts'
import { peerNo, tableOf, tablesOf } from '../../../support/consumer/neighbours.ts'
import type { Rows } from '../../../../consumer/edges/graph/edge-graph.ts'

const { signal } = new AbortController()
const textOf = async (rows: Rows, tally = { count: 0 }): Promise<string> =>
  Buffer.concat(await Array.fromAsync(graphmlChunks(await EdgeGraph.read(rows, signal), tally, signal))).toString()

interface XmlElement {
  querySelectorAll: (name: string) => Iterable<XmlElement>
  getAttribute: (name: string) => string | null
  textContent: string | null
}
const xmlOf = (text: string): XmlElement => new DOMParser().parseFromString(text, 'text/xml') as unknown as XmlElement

suite('GraphML', () => {
  test('has a node for each peer and an edge for each entry, with their data', async () => {
    const text = await textOf(rowsOf([tableOf(), tableOf({ nodeId: peerNo(2), outcome: 'timeout', entries: undefined, buckets: [] })]))
    const root = xmlOf(text)
    const dataOf = (element: XmlElement): string[] => [...element.querySelectorAll('data')].map(data => `${data.getAttribute('key')!}=${data.textContent!}`)

    assert.deepEqual([...root.querySelectorAll('node')].map(node => [node.getAttribute('id'), ...dataOf(node)]), [
      [peerNo(1), 'visited=true', 'contacted=true', 'outcome=ok'],
      [peerNo(2), 'visited=true', 'contacted=false', 'outcome=timeout'],
      [peerNo(3), 'visited=false', 'contacted=false']
    ])
    assert.deepEqual([...root.querySelectorAll('edge')].map(edge => [edge.getAttribute('source'), edge.getAttribute('target'), ...dataOf(edge)]), [
      [peerNo(1), peerNo(2), 'bucket=3'],
      [peerNo(1), peerNo(3), 'bucket=3']
    ])
    assert.deepEqual([...root.querySelectorAll('graph')].map(graph => graph.getAttribute('edgedefault')), ['directed'])
  })

  test('has all of a large graph, in chunks', async () => {
    const tables = tablesOf(5_000)
    const tally = { count: 0 }
    const text = await textOf(rowsOf(tables), tally)

    assert.equal(text.match(/<node /g)!.length, new Set(tables.map(({ nodeId }) => nodeId)).size)
    assert.equal(text.match(/<edge /g)!.length, 10_000)
    assert.equal(tally.count, 10_000)
    assert.ok(text.endsWith('</graph>\n</graphml>\n'))
  })

  test('cannot be broken by texts of a changed file', async () => {
    const hostile = '"><script>&\u0000\u001b\ud800</node>'
    const row = { scan: 's', network: 'n', vantage: null, crawl_id: 1, node_id: hostile, attempt: 1, outcome: hostile, contacted: true, entries: 1, bucket: 0, peer_id: 'b' }
    const text = await textOf({
      batches: async function* () {
        yield await Promise.resolve([row])
      }
    })

    assert.match(text, /<node id="&#34;&#62;&#60;script&#62;&#38;&#65533;&#65533;&#65533;&#60;\/node&#62;">/)
    assert.equal(text.includes('<script'), false)

    assert.equal(/[^\n\x20-\x7e]/.test(text), false)
  })
})
