// What Kafka acknowledged, against what is in the tables.
import assert from 'node:assert/strict'
import { pino } from 'pino'
import { readBacklog } from '../../../cli/topics/read-backlog.ts'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { VISIT_TYPE } from '../../../core/contracts/visit.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { until } from '../until.ts'
import { LAB_LIMIT_MS } from './node-lab.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { NodeLab } from './node-lab.ts'

const { signal } = new AbortController()
const log = pino({ level: 'silent' })

// A group that never commits: it reads from the first message on.
const GROUP = 'reads-every-visit'

/**
 * Ends the crawls of a PeerProbe, waits until its consumers have read everything, and compares: each visit on the topic is one row, and
 * each row is a visit on the topic. Returns their number.
 *
 * @param more fields of the PeerProbe, as it has them
 */
export async function visitsAreRows (lab: NodeLab, namespace: string, more: object = {}): Promise<number> {
  await using bus = await KafkaBus.open({ log, clock: systemClock }, { brokers: lab.broker.brokers, clientId: 'test' }, signal)
  const topic = `${namespace}.visits`
  const before = (await lab.pods(namespace, 'crawler')).map(({ metadata: { uid } }) => uid)
  await lab.probe(namespace, { ...more, scans: [{ ...lab.scan(), active: { enabled: false } }] })
  await until('the crawlers that crawled are gone', async () => !(await lab.pods(namespace, 'crawler')).some(({ metadata: { uid } }) => before.includes(uid)), LAB_LIMIT_MS)
  await until('everything is read', async () => {
    const lag = await bus.groupLag(topic, namespace, signal).catch(() => new Map([[0, 1]])) // a broker may be starting

    return [...lag.values()].every(n => n === 0)
  }, LAB_LIMIT_MS)
  const visits = await visitsOn(bus, topic)
  const rows = await lab.rows(namespace, 'SELECT scan, crawl_id, node_id, source, attempt FROM visit_detail')
  assert.deepEqual(rows.map(row => Object.values(row).join(' ')).sort(), [...new Set(visits)].sort())

  return rows.length
}

async function visitsOn (bus: KafkaBus, topic: string): Promise<string[]> {
  const visits: string[] = []
  await readBacklog(bus, { topic, group: GROUP, maxMessages: 500 }, async ({ messages }) => {
    for (const { value } of messages.filter(({ headers }) => headers['ce_type'] === VISIT_TYPE)) {
      const { scan, crawlId, nodeId, source, attempt } = JSON.parse(Buffer.from(value).toString()) as Visit
      visits.push([scan, crawlId, nodeId, source, attempt].join(' '))
    }
    await Promise.resolve()
  }, signal)

  return visits
}
