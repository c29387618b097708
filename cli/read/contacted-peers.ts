import { isContacted, OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import type { NodeStore } from '../../consumer/store/model/node-store.ts'

/** A peer that a crawl contacted. */
export interface ContactedPeer {
  /** Number of the peer in the database: the order of the pages. */
  key: number

  nodeId: string
  agentVersion: string
}

const PAGE = 1_000
const CONTACTED = OUTCOME_NAMES.filter(isContacted)

/** The peers that a crawl contacted, in the order of their numbers. It takes the memory of one page. */
export async function* contactedPeers (store: Pick<NodeStore, 'query' | 'values'>, { scan, crawlId }: { scan: string, crawlId: number }): AsyncGenerator<ContactedPeer> {
  const { values } = store

  for (let after = -1, isLast = false; !isLast;) {
    const rows = await store.query(`SELECT v.peer_id AS peer_id, MAX(p.node_id) AS node_id, COALESCE(MAX(g.agent_version), '') AS agent_version
      FROM visit v
      JOIN scan s ON s.scan_id = v.scan_id
      JOIN peer p ON p.peer_id = v.peer_id
      JOIN word o ON o.word_id = v.outcome_id
      JOIN word d ON d.word_id = v.discovery_id
      LEFT JOIN agent g ON g.agent_id = v.agent_id
      WHERE v.crawl_id = ? AND s.scan = ? AND v.peer_id > ? AND d.word = 'active' AND o.word IN (${CONTACTED.map(() => '?').join()})
      GROUP BY v.peer_id ORDER BY v.peer_id LIMIT ?`, [crawlId, scan, after, ...CONTACTED, PAGE])

    for (const [key, nodeId, agentVersion] of rows) {
      after = values.number(key, 'peer_id')
      yield { key: after, nodeId: values.text(nodeId, 'node_id'), agentVersion: values.text(agentVersion, 'agent_version') }
    }

    isLast = rows.length < PAGE
  }
}
