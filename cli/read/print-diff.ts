import { formatTable } from '../../core/text/table.ts'
import { formatCount } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { openToRead } from '../source/open-source.ts'
import { CrawlComparison } from './compare-crawls.ts'
import { contactedPeers } from './contacted-peers.ts'
import { crawlPair } from './crawl-pair.ts'
import type { SourceOptions } from '../source/source-options.ts'
import type { ChangedAgent, ChangedPeer } from './compare-crawls.ts'

/** The options of `diff`. */
export interface DiffOptions extends SourceOptions {
  scan?: string
  limit: number
  json: boolean
}

/** Prints how two crawls of the store that the options choose differ. */
export async function printDiff (names: readonly [string, string], options: DiffOptions, signal: AbortSignal): Promise<void> {
  const { json, limit } = options
  const { store } = await openToRead(options)
  await using _ = store
  const { scan, before, after } = await crawlPair(store, names, options.scan)
  const comparison = new CrawlComparison()
  const shown: Record<ChangedPeer['change'], ChangedPeer[]> = { entered: [], left: [] }
  const counts = { entered: 0, left: 0 }

  for await (const peer of comparison.changes(contactedPeers(store, { scan, crawlId: before }), contactedPeers(store, { scan, crawlId: after }))) {
    counts[peer.change]++

    if (json) {
      await writeOut(jsonLine(peer), signal)
    } else if (shown[peer.change].length < limit) {
      shown[peer.change].push(peer)
    }
  }

  const agents = comparison.agents()

  if (json) {
    await writeOut(agents.map(jsonLine).join(''), signal)
    return
  }

  const changed = (['new-agent', 'gone-agent'] as const).map(change => agents.filter(agent => agent.change === change))
  const [fresh = [], gone = []] = changed
  await writeOut([
    `${scan}: crawl ${String(before)} -> crawl ${String(after)}\n`,
    `  ${formatCount(comparison.stayed)} peers stayed, ${formatCount(counts.entered)} entered, ${formatCount(counts.left)} left\n`,
    section('Agent versions that are new', fresh.length, ['AGENT', 'PEERS'], fresh.slice(0, limit).map(({ agentVersion, peers }) => [agentVersion, peers])),
    section('Agent versions that are gone', gone.length, ['AGENT', 'PEERS'], gone.slice(0, limit).map(({ agentVersion, peers }) => [agentVersion, peers])),
    section('Entered', counts.entered, ['PEER', 'AGENT'], shown.entered.map(({ nodeId, agentVersion }) => [nodeId, agentVersion])),
    section('Left', counts.left, ['PEER', 'AGENT'], shown.left.map(({ nodeId, agentVersion }) => [nodeId, agentVersion])),
    comparison.isCut ? '\nThere were more than 10,000 agent versions; the further ones are not compared.\n' : ''
  ].join(''), signal)
}

// With the names of the columns that other listings have.
function jsonLine (row: ChangedPeer | ChangedAgent): string {
  const { change, agentVersion } = row

  return `${JSON.stringify('nodeId' in row ? { change, node_id: row.nodeId, agent_version: agentVersion } : { change, agent_version: agentVersion, peers: row.peers })}\n`
}

function section (title: string, total: number, columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return total === 0 ? '' : `\n${title} (${rows.length < total ? `${formatCount(rows.length)} of ` : ''}${formatCount(total)})\n${formatTable(columns, rows)}`
}
