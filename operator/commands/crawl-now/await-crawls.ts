import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { waitUntil } from '../access/wait-until.ts'
import type { ProbeKey } from '../../model/naming/names.ts'
import type { StatusBefore } from '../../reconcile/status/status.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { FollowDeps } from '../access/follow-objects.ts'
import type { CrawlOrder } from './crawl-order.ts'

/** What waiting works with. */
export interface AwaitCrawlsDeps extends FollowDeps {
  /** Called when a requested crawl starts and when it ends. */
  onChange: (message: string) => void
}

/** What is waited for. */
export interface AwaitedCrawls extends ProbeKey, Pick<CrawlOrder, 'requestedAt' | 'scans'> { timeoutMs: number }

/**
 * Waits until each scan of an order has finished a crawl for it; true then, and false where that does not come in time. A
 * later request of somebody else stands for ours.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` where the PeerProbe is gone
 */
export async function awaitCrawls (deps: AwaitCrawlsDeps, awaited: AwaitedCrawls, signal: AbortSignal): Promise<boolean> {
  const { namespace, name, requestedAt, scans, timeoutMs } = awaited
  const said = new Map<string, string>()

  return await waitUntil(deps, {
    kind: KINDS.peerProbe,
    namespace,
    name,
    timeoutMs,
    holds: ([probe]) => {
      if (probe === undefined) {
        throw new ProbeError('PP_CONFIG_INVALID', `PeerProbe ${namespace}/${name} was deleted while its crawls were waited for`)
      }

      const states = scans.map(scan => ({ scan, ...stateOf(probe, scan, requestedAt) }))

      for (const { scan, text } of states) {
        if (text !== undefined && said.get(scan) !== text) {
          said.set(scan, text)
          deps.onChange(`${scan}: ${text}`)
        }
      }

      return states.every(({ isOver }) => isOver)
    }
  }, signal)
}

function stateOf (probe: KubeObject, scan: string, requestedAt: string): { isOver: boolean, text?: string } {
  const { scans = [] } = (probe['status'] ?? {}) as StatusBefore
  const { crawlNow, lastCrawl } = scans.find(({ name }) => name === scan) ?? {}

  if (crawlNow === undefined || Date.parse(crawlNow.requestedAt) < Date.parse(requestedAt) || crawlNow.state === 'Requested') {
    return { isOver: false }
  }
  if (crawlNow.state === 'Running') {
    return { isOver: false, text: `crawl ${String(crawlNow.crawlId)} has started` }
  }

  const result = lastCrawl === undefined ? '' : `: ${String(lastCrawl.contacted)} peers contacted, ${String(lastCrawl.dhtServers)} DHT servers, ${String(lastCrawl.durationSeconds)} s`

  return { isOver: true, text: `crawl ${String(crawlNow.crawlId)} is over${result}` }
}
