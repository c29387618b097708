import { edgeFigures } from '../../consumer/edges/graph/edge-figures.ts'
import { EdgeGraph } from '../../consumer/edges/graph/edge-graph.ts'
import { formatTable } from '../../core/text/table.ts'
import { formatCount, formatShare } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { openEdges } from './chosen-edges.ts'
import type { Degrees, EdgeFigures } from '../../consumer/edges/graph/edge-figures.ts'
import type { EdgesOptions } from './chosen-edges.ts'

/** The options of `edges`. */
export interface PrintEdgesOptions extends EdgesOptions { json: boolean }

/** Prints the figures of a crawl's routing tables. @throws ProbeError `PP_EDGES_UNREADABLE`, and as the source */
export async function printEdges (options: PrintEdgesOptions, signal: AbortSignal): Promise<void> {
  const { scan, crawlId, rows } = await openEdges(options)
  const figures = await edgeFigures(await EdgeGraph.read(rows, signal), signal)

  await writeOut(options.json
    ? `${JSON.stringify({ scan, crawlId, ...figures })}\n`
    : `${scan}, crawl ${String(crawlId)} of ${new Date(crawlId * 1_000).toISOString()}\n${figuresText(figures)}`, signal)
}

function figuresText (figures: EdgeFigures): string {
  const { peers, visited, contacted, entries, stale, inDegree, outDegree, components, keySpace, mostMentioned } = figures
  const staleText = `stale ${formatCount(stale.entries)} (${formatShare(stale.entries, entries)}): they mention ${formatCount(stale.peers)} peers`
  const [fewest, most] = [Math.min(...keySpace), Math.max(...keySpace)].map(formatCount) as [string, string]
  const lines = [
    `  Peers        ${formatCount(peers)}, visited ${formatCount(visited)}, contacted ${formatCount(contacted)}`,
    `  Entries      ${formatCount(entries)}; ${staleText}`,
    `  Table size   ${degreesText(outDegree)}`,
    `  Mentioned    contacted peers by ${degreesText(inDegree)} tables`,
    `  Components   ${formatCount(components.count)}; the largest has ${formatCount(components.largest)} of ${formatCount(contacted)} contacted peers`,
    `  Key space    ${fewest} to ${most} contacted peers in each of ${String(keySpace.length)} equal parts`
  ]

  return `${lines.join('\n')}\n\n${formatTable(['  TABLES', 'PEER'], mostMentioned.map(({ nodeId, tables }) => [`  ${formatCount(tables)}`, nodeId]))}`
}

function degreesText ({ p50, p90, p99, max }: Degrees): string {
  return `${formatCount(p50)} (median), ${formatCount(p90)} (90 %), ${formatCount(p99)} (99 %), ${formatCount(max)} (most)`
}
