// What the queries of docs/data.md must answer, computed from the visits themselves: by the number in the heading.
import { isContacted } from '../../../core/contracts/outcome.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

type Answer = (string | number | null)[][]

const DAY_S = 86_400
const MAIN = 'default/probe/main'

const day = ({ startedAt }: Visit): string => startedAt.slice(0, 10)
const nodeOf = ({ nodeId }: Visit): string => nodeId
const agentOf = ({ identify }: Visit): string => identify?.agentVersion ?? ''
const addressOf = ({ connection }: Visit): string => connection!.address
const ipOf = (visit: Visit): string => addressOf(visit).split('/')[2]!
const transportOf = ({ connection }: Visit): string => connection!.transport
const isServer = ({ identify }: Visit): boolean => identify!.protocols.includes('/ipfs/kad/1.0.0')
const isPlaced = ({ place }: Visit): boolean => place !== undefined
const round = (value: number, digits: number): number => Number(value.toFixed(digits))
const distinct = <T>(values: Iterable<T>): T[] => [...new Set(values)]
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const ordered = (rows: Answer): Answer => rows.toSorted((a, b) => a.map((cell, i) => compare(cell, b[i]!)).find(order => order !== 0) ?? 0)
const descending = (rows: Answer): Answer => ordered(rows).toSorted((a, b) => Number(b[1]) - Number(a[1]))

function compare (a: string | number | null, b: string | number | null): number {
  return a === b ? 0 : a! < b! ? -1 : 1
}

/** Groups by a text, and counts something in each. */
function counted (visits: readonly Visit[], key: (visit: Visit) => string, count: (group: Visit[]) => (number | string)[]): Answer {
  return [...Map.groupBy(visits, key)].map(([text, group]) => [...text.split('|'), ...count(group)])
}

/** The answers by the number of the query. */
export function expectedAnswers (visits: readonly Visit[]): Record<number, Answer> {
  const contacts = visits.filter(({ outcome }) => isContacted(outcome))
  const active = contacts.filter(({ discoveryType }) => discoveryType === 'active')
  const main = active.filter(({ scan }) => scan === MAIN)
  const crawls = distinct(main.map(({ crawlId }) => crawlId)).sort((a, b) => a - b)
  const last = Math.max(...crawls)
  const peers = distinct(contacts.map(nodeOf))
  const latest = peers.map(node => contacts.filter(({ nodeId }) => nodeId === node).reduce((a, b) => b.startedAt > a.startedAt ? b : a))
  const crawlsOf = (node: string): number[] => distinct(main.filter(({ nodeId }) => nodeId === node).map(({ crawlId }) => crawlId))
  const measured = contacts.filter(({ latencyMs }) => latencyMs !== undefined)
  const least = (group: readonly Visit[]): number => Math.min(...group.map(({ latencyMs }) => latencyMs!))
  const startsOf = (node: string): number[] => contacts.filter(({ nodeId }) => nodeId === node).map(({ crawlId }) => crawlId)
  const kinds = (node: string): string[] => distinct(contacts.filter(({ nodeId }) => nodeId === node).map(({ discoveryType }) => discoveryType))
  const withKinds = (...wanted: string[]): string[] => peers.filter(node => wanted.every(kind => kinds(node).includes(kind)))

  return {
    1: ordered(counted(contacts, day, group => [distinct(group.map(nodeOf)).length])),
    2: descending(counted(latest, visit => agentOf(visit).split('/')[0]!, group => [group.length, round(100 * group.length / peers.length, 2)])),
    3: ordered(counted(contacts.filter(visit => agentOf(visit).startsWith('kubo/')), visit => `${day(visit)}|${agentOf(visit)}`, group => [distinct(group.map(nodeOf)).length])),
    4: ordered(counted(contacts, nodeOf, group => [distinct(group.map(agentOf)).length]).filter(([, versions]) => Number(versions) > 1)),
    5: ordered(counted(measured, transportOf, group => [group.length, least(group), round(sum(group.map(({ latencyMs }) => latencyMs!)) / group.length, 3)])),
    6: ordered(counted(measured, ({ nodeId, vantage }) => `${nodeId}|${vantage!}`, group => [least(group)])),
    7: peers.filter(node => crawls.filter(crawl => crawl > last - 7 * DAY_S).every(crawl => crawlsOf(node).includes(crawl))).sort().map(node => [node]),
    8: peers.filter(node => Math.min(...startsOf(node)) > last - 3 * DAY_S).sort().map(node => [node]),
    9: peers.filter(node => Math.max(...startsOf(node)) <= last - 3 * DAY_S).sort().map(node => [node]),
    10: crawls.slice(0, -1).map((crawl, i) => {
      const here = peers.filter(node => crawlsOf(node).includes(crawl))
      return [crawl, here.length, here.filter(node => !crawlsOf(node).includes(crawls[i + 1]!)).length]
    }),
    11: descending(peers.filter(node => crawlsOf(node).length > 0).map(node => [node, round(100 * crawlsOf(node).length / crawls.length, 1)])),
    12: descending(counted(contacts, nodeOf, group => [distinct(group.map(addressOf)).length]).filter(([, addresses]) => Number(addresses) > 3)),
    13: descending(counted(contacts, ipOf, group => [distinct(group.map(nodeOf)).length]).filter(([, nodes]) => Number(nodes) > 1)),
    14: ordered(counted(visits.filter(({ nodeId }) => !peers.includes(nodeId)), nodeOf, group => [group.length])),
    15: [[peers.length, peers.filter(node => active.filter(({ nodeId }) => nodeId === node).every(visit => transportOf(visit) === 'relay')).length]],
    16: [[latest.filter(isServer).length, latest.filter(visit => !isServer(visit)).length]],
    17: ordered(counted(visits, visit => `${day(visit)}|${visit.outcome}`, group => [group.length])),
    18: [[withKinds('active').length, withKinds('passive').length, withKinds('active', 'passive').length]],
    19: peers.flatMap((node) => {
      const vantages = distinct(contacts.filter(({ nodeId }) => nodeId === node).map(({ vantage }) => vantage!))
      return vantages.length === 1 ? [[node, vantages[0]!]] : []
    }).sort(([a], [b]) => compare(a!, b!)),
    22: descending(counted(latest, visit => visit.place?.country ?? '', group => [group.length, round(100 * group.length / peers.length, 2)]))
      .map(([country, ...row]) => [country === '' ? null : country!, ...row]),
    23: descending(counted(latest.filter(isPlaced), ({ place }) => String(place!.asn), group => [group.length, group[0]!.place!.organisation!]))
      .map(([asn, ...row]) => [Number(asn), ...row]),
    24: ordered(counted(contacts.filter(isPlaced), day, (group) => {
      const inClouds = group.filter(({ place }) => place!.cloud !== 'none')

      return [round(100 * distinct(inClouds.map(nodeOf)).length / distinct(group.map(nodeOf)).length, 2)]
    }))
  }
}
