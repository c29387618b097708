// The folder of a run with a real database: two crawls of one scan, peers that stayed, came and left.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../../consumer/store/open-store.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, visitOf } from '../consumer/messages.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

/** Id of the second crawl. */
export const SECOND_CRAWL = CRAWL_ID + 600

const SCAN = 'local/amino/main'
const agent = (agentVersion: string): Partial<Visit> => ({
  identify: { protocolVersion: 'ipfs/0.1.0', agentVersion, protocols: ['/ipfs/kad/1.0.0'], listenAddresses: ['/ip4/192.0.2.1/tcp/4001'] }
})

/** The visits: `QmStays` is in both crawls, `QmLeaves` fails in the second, `QmEnters` is only in the second, with an agent of a hostile peer. */
const VISITS: readonly Visit[] = [
  visitOf({ scan: SCAN, nodeId: 'QmStaysaaaaaa' }),
  visitOf({ scan: SCAN, nodeId: 'QmLeavesaaaaa' }),
  visitOf({ scan: SCAN, crawlId: SECOND_CRAWL, nodeId: 'QmStaysaaaaaa', ...agent('kubo/0.31.0') }),
  failedVisitOf({ scan: SCAN, crawlId: SECOND_CRAWL, nodeId: 'QmLeavesaaaaa' }),
  visitOf({ scan: SCAN, crawlId: SECOND_CRAWL, nodeId: 'QmEntersaaaaa', ...agent('evil\u{1b}[31m/1') })
]

const CRAWLS: readonly Crawl[] = [crawlOf({ scan: SCAN }), crawlOf({ scan: SCAN, crawlId: SECOND_CRAWL })]

/** Fills `folder` as a run of the manifest `amino` does: its database, and the configuration of its consumer. */
export async function fillRunFolder (folder: string): Promise<void> {
  const path = join(folder, 'peerprobe.sqlite')
  mkdirSync(join(folder, 'config'), { recursive: true })
  writeFileSync(join(folder, 'config/amino-consumer.json'), JSON.stringify({
    bus: { embedded: { path: '/moved/since/bus.sqlite' } },
    topic: 'ipfs-nodes',
    deadLetterTopic: 'ipfs-nodes-dead-letters',
    group: 'ipfs-node-consumer',
    store: { sqlite: { path: '/moved/since/peerprobe.sqlite' } }
  } satisfies ConsumerConfigInput))

  await using store = await openStore({ sqlite: { path } }, { clock: systemClock }, { coalesceWindowMs: 0 })
  await store.migrate()
  await store.write({ visits: VISITS, crawls: CRAWLS })
}
