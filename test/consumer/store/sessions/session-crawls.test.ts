import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../../../consumer/store/open-store.ts'
import { SESSION_CRAWLS, sessionCrawlsFrom } from '../../../../consumer/store/sessions/session-crawls.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { CRAWL_ID, crawlOf } from '../../../support/consumer/messages.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

test('a crawl is conclusive if it finished undisturbed and contacted somebody, and unchecked if it left confirmations out', async () => {
  using folder = new TempFolder()
  await using store = await openStore({ sqlite: { path: folder.file('peerprobe.sqlite') } }, { clock: systemClock }, { coalesceWindowMs: 0 })
  await store.migrate()
  const { totals } = crawlOf()
  const good = { disturbed: false, confirmationsLeftOut: 0 }
  const forms = [
    good,
    { ...good, confirmationsLeftOut: 1 },
    { ...good, disturbed: true },
    { ...good, totals: { ...totals!, contacted: 0 } },
    { ...good, state: 'aborted' as const }
  ]
  const crawls = forms.map((form, n) => crawlOf({ crawlId: CRAWL_ID + n, ...form }))
  await store.write({ visits: [], crawls })
  const read = sessionCrawlsFrom(await store.query(SESSION_CRAWLS, []), store.values)
  const found = read.map(({ crawlId, isConclusive, isUnchecked }) => [crawlId - CRAWL_ID, isConclusive, isUnchecked])

  assert.deepEqual(found, [[0, true, false], [1, true, true], [2, false, false], [3, false, false], [4, false, false]])
  assert.deepEqual([read[0]!.network, read[0]!.vantage], ['ipfs', ''])
})
