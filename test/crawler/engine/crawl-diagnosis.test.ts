import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlFinding } from '../../../core/contracts/crawl.ts'
import { defined } from '../../../core/defined.ts'
import { ERRORS } from '../../../core/errors.ts'
import { diagnose } from '../../../crawler/engine/crawl-diagnosis.ts'
import type { CrawlReport, KadFindings } from '../../../crawler/engine/crawl-report.ts'

const none = { top: [], other: 0 }
const NO_OTHERS = { wide: 0, counts: [] }

interface Case { contacted?: number, servers?: number, end?: CrawlReport['end'], outcomes?: CrawlReport['totals']['outcomes'], kad?: Partial<KadFindings>, lists?: readonly string[] }

function reportOf ({ contacted = 3, servers = 0, end = 'complete', outcomes = { identified: 3 }, kad, lists = [] }: Case): CrawlReport {
  return {
    crawlId: 1,
    strategy: 'Census',
    end,
    startedAtMs: 0,
    finishedAtMs: 1,
    watchdogCuts: 0,
    stalls: 0,
    lostMs: 0,
    standstills: 0,
    repeatedVisits: 0,
    thirdQuestion: false,
    gonePeers: 0,
    bootstrapPeers: 0,
    confirmations: 0,
    confirmationsLeftOut: 0,
    population: [],
    distributions: { agentVersions: none, protocols: { top: lists.map(value => ({ value, count: 3 })), other: 0 }, transports: none, addressFamilies: none },
    totals: { discovered: 5, visited: 5, contacted, dhtServers: servers, unpublished: 0, refusedPeers: 0, outcomes },
    ...defined({ kad: kad === undefined ? undefined : { spoken: ['/guess/kad/1.0.0'], answering: 0, others: NO_OTHERS, ...kad } })
  }
}

const problemOf = (wanted: Case): CrawlFinding | undefined => diagnose(reportOf(wanted), 'lab').problem
const warningOf = (wanted: Case): CrawlFinding | undefined => diagnose(reportOf(wanted), 'lab').warning

suite('diagnose', () => {
  test('is empty for a crawl that found servers, was stopped, or does not report protocols', () => {
    assert.deepEqual(diagnose(reportOf({ servers: 2, outcomes: { ok: 2, identified: 1 }, kad: { answering: 2 } }), 'lab'), {})
    assert.deepEqual(diagnose(reportOf({ end: 'aborted', kad: {} }), 'lab'), {})
    assert.deepEqual(diagnose(reportOf({}), 'lab'), {})
  })

  test('shows the protocols that peers list if none serves the scan\'s', () => {
    const others = { wide: 3, counts: [{ protocol: '/lab/kad/1.0.0', peers: 3 }, { protocol: '/ipfs/lan/kad/1.0.0', peers: 1 }] }

    assert.deepEqual(problemOf({ kad: { others } }), {
      code: 'PP_NO_DHT_SERVER',
      message: 'none of the 3 peers of network lab that were contacted serves /guess/kad/1.0.0; '
        + `they list /lab/kad/1.0.0 (3), /ipfs/lan/kad/1.0.0 (1). ${ERRORS.PP_NO_DHT_SERVER.action}`
    })
  })

  test('says if they list no DHT at all, or nothing', () => {
    assert.match(problemOf({ kad: {}, lists: ['/ipfs/id/1.0.0'] })?.message ?? '', /they list no DHT protocol, but \/ipfs\/id\/1\.0\.0 \(3\)\. /)
    assert.match(problemOf({ kad: {}, outcomes: { 'identify-failed': 3 } })?.message ?? '', /they list no DHT protocol, nor anything else \(3 identify-failed\)\. /)
    assert.match(problemOf({ kad: { spoken: [] } })?.message ?? '', /^none of the 3 peers .* lists a DHT protocol that could be learnt; /)
  })

  test('is empty if a peer answered that did not identify itself', () => {
    assert.equal(problemOf({ kad: { answering: 1 }, outcomes: { 'identify-failed': 3 } }), undefined)
  })

  test('bounds and escapes texts that remote peers chose', () => {
    const counts = Array.from({ length: 20 }, (_, i) => ({ protocol: `/\u001b[2J\n${'x'.repeat(500)}/kad/${String(i)}`, peers: 1 }))
    const problem = problemOf({ kad: { others: { wide: 20, counts } } })

    assert.ok(CrawlFinding.safeParse(problem).success)
    assert.ok((problem?.message.length ?? Infinity) < 1_000)
    assert.doesNotMatch(problem?.message ?? '\n', /\p{Cc}/u)
    assert.match(problem?.message ?? '', /15 more/)
  })

  test('warns if a twentieth of the peers serves other protocols, except local networks\'', () => {
    const others = { wide: 5, counts: [{ protocol: '/ipfs/lan/kad/1.0.0', peers: 60 }, { protocol: '/other/kad', peers: 5 }] }
    const wanted = { contacted: 100, servers: 35, outcomes: { ok: 35, identified: 65 }, kad: { answering: 35, others } }

    assert.deepEqual(warningOf(wanted), {
      code: 'PP_OTHER_PROTOCOLS',
      message: `5 of the 100 peers that were contacted serve none of /guess/kad/1.0.0, but list /other/kad (5). ${ERRORS.PP_OTHER_PROTOCOLS.action}`
    })
    assert.equal(warningOf({ ...wanted, kad: { answering: 35, others: { ...others, wide: 4 } } }), undefined)
    assert.equal(warningOf({ ...wanted, kad: { answering: 35, others: { wide: 0, counts: others.counts.slice(0, 1) } } }), undefined)
  })

  test('explains why no peer was contacted', () => {
    const message = (outcomes: CrawlReport['totals']['outcomes']): string => problemOf({ contacted: 0, outcomes })?.message ?? ''

    assert.match(message({ timeout: 2, filtered: 1 }), /^no bootstrap peer of network lab could be contacted \(2 timeout, 1 filtered\)\. Check that this machine reaches the internet/)
    assert.match(message({ 'filtered': 1, 'unsupported-transport': 2 }), /\(1 filtered, 2 unsupported-transport\)\. None of their addresses may be dialled: /)
  })
})
