import type { NodeStore } from '../../consumer/store/model/node-store.ts'

/** More scans than any installation has. */
const MAX_SCANS = 1_000

/** The scans of which there are crawls, sorted. */
export async function scanNames (store: Pick<NodeStore, 'query' | 'values'>): Promise<string[]> {
  const rows = await store.query('SELECT DISTINCT scan FROM crawl ORDER BY scan LIMIT ?', [MAX_SCANS])

  return rows.map(([scan]) => store.values.text(scan, 'scan'))
}
