import { ERRORS, isErrorCode } from '../../../core/errors.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { ConditionType, Finding, Findings } from '../conditions/conditions.ts'
import type { CrawlNote, ProcessProblem } from './process-figures.ts'

// A consumer without a partition.
const IDLE = 'PP_GROUP_IDLE'

const PARTS = [['ConsumersReady', 'consumer'], ['CrawlersReady', 'crawler']] as const

/** Reason when crawlers run but the last crawl of one is of little use. */
export const POOR_CRAWL = 'PoorCrawl'

/** Findings with remarks about the last crawls: crawlers may run and find no peers. */
export function withCrawlNotes (conditions: Findings, scans: readonly { name: string, notes?: readonly CrawlNote[] }[]): Findings {
  const { CrawlersReady } = conditions
  const [first, ...more] = scans.flatMap(({ name, notes = [] }) => notes.map(note => ({ name, ...note })))

  if (CrawlersReady?.status !== 'True' || first === undefined) {
    return conditions
  }

  const others = more.length > 0 ? ` (and ${String(more.length)} more, in status.scans)` : ''

  const message = `${CrawlersReady.message}; last crawl of ${first.name}: ${first.reason}: ${first.message}${others}`

  return { ...conditions, CrawlersReady: { ...CrawlersReady, reason: POOR_CRAWL, message } }
}

/**
 * Findings with the reasons why running processes cannot work: Kubernetes only knows whether a pod is ready. If a pod's
 * termination message, a quota or a full cluster is the cause, that is reported.
 */
export function withProblems (conditions: Findings, problems: readonly ProcessProblem[], { spec }: Pick<ClusterProbe, 'spec'>): Findings {
  const reported: Partial<Record<ConditionType, Finding>> = { ...conditions }

  for (const [type, component] of PARTS) {
    const finding = conditions[type]
    const own = problems.filter(problem => problem.component === component)
    // During a rollout there is one pod more than replicas.
    const idle = finding?.status === 'True' ? own.filter(({ code }) => code === IDLE) : []
    const grave = [...own.filter(({ code }) => code !== IDLE), ...idle.length > spareConsumers(spec) ? idle : []]
    const [first] = finding === undefined || finding.status === 'False' ? [] : grave

    if (first !== undefined) {
      reported[type] = findingOf(first, grave.length)
    } else if (finding !== undefined && idle.length > 0) {
      const { partitions } = spec.kafka.topic
      reported[type] = { ...finding, message: `${finding.message}; without a partition, since the topic has ${String(partitions)}: ${String(idle.length)}` }
    }
  }

  return reported
}

// With more consumers than partitions, the surplus consumers are idle by design.
function spareConsumers ({ consumer: { replicas }, kafka: { topic } }: ClusterProbe['spec']): number {
  return Math.max(0, replicas - topic.partitions)
}

function findingOf ({ component, pod, code, message }: ProcessProblem, count: number): Finding {
  const others = count > 1 ? ` (and ${String(count - 1)} more)` : ''

  return { status: 'False', reason: isErrorCode(code) ? ERRORS[code].reason : 'PodNotReady', message: `${component} ${pod}: ${escapeControlChars(message)}${others}` }
}
