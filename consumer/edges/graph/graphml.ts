// GraphML (http://graphml.graphdrawing.org/specification.html): what NetworkX, igraph and Gephi read.
import type { EdgeGraph, GraphPeer } from './edge-graph.ts'

const PEERS_PER_CHUNK = 2_000

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
<key id="visited" for="node" attr.name="visited" attr.type="boolean"/>
<key id="contacted" for="node" attr.name="contacted" attr.type="boolean"/>
<key id="outcome" for="node" attr.name="outcome" attr.type="string"/>
<key id="bucket" for="edge" attr.name="bucket" attr.type="int"/>
<graph id="G" edgedefault="directed">
`
const TAIL = '</graph>\n</graphml>\n'

/**
 * The graph as GraphML: each peer is a node with its id, each entry of a routing table an edge.
 *
 * @param tally counts the edges
 * @throws errors of {@link EdgeGraph.edges}
 */
export async function* graphmlChunks (graph: EdgeGraph, tally: { count: number }, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.from(HEAD)

  for (let i = 0; i < graph.peers.length; i += PEERS_PER_CHUNK) {
    yield Buffer.from(graph.peers.slice(i, i + PEERS_PER_CHUNK).map(nodeText).join(''))
  }
  for await (const edges of graph.edges(signal)) {
    tally.count += edges.length
    yield Buffer.from(edges.map(({ from, to, bucket }) =>
      `<edge source="${idOf(graph.peers[from])}" target="${idOf(graph.peers[to])}"><data key="bucket">${String(bucket)}</data></edge>\n`).join(''))
  }

  yield Buffer.from(TAIL)
}

function nodeText (peer: GraphPeer): string {
  const outcome = peer.outcome === undefined ? '' : `<data key="outcome">${xmlText(peer.outcome)}</data>`

  return `<node id="${idOf(peer)}"><data key="visited">${String(peer.visited)}</data><data key="contacted">${String(peer.contacted)}</data>${outcome}</node>\n`
}

function idOf (peer: GraphPeer | undefined): string {
  return xmlText(peer?.nodeId ?? '')
}

// Ids are checked before they are stored; somebody may still have changed the file.
function xmlText (text: string): string {
  return text.replaceAll(/[^ !#-%'-;=?-~]/g, char => `&#${String(xmlCodeOf(char))};`)
}

// XML 1.0 cannot express most control characters and lone surrogates.
function xmlCodeOf (char: string): number {
  const code = char.charCodeAt(0)

  return code < 0x20 || (code >= 0xd800 && code <= 0xdfff) || code >= 0xfffe ? 0xfffd : code
}
