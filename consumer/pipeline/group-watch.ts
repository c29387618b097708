// A member without a partition looks healthy: it is connected and has no lag, but it stores nothing. Members of its group that
// read another topic are assigned partitions of this topic, which then no consumer reads.
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { GroupStanding, Subscription } from '../../core/bus/port/event-bus.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'

export interface GroupWatchDeps {
  clock: Clock
  log: Logger
  topic: string
  group: string
}

/** A problem of this member's group. */
export interface GroupProblem {
  code: GroupProblemCode
  message: string
  sinceMs: number
}

/** Codes that a group problem has. */
export type GroupProblemCode = Extract<ErrorCode, 'PP_GROUP_CONFLICT' | 'PP_GROUP_IDLE'>

/** All codes of {@link GroupProblemCode}. */
export const GROUP_PROBLEM_CODES: readonly GroupProblemCode[] = ['PP_GROUP_CONFLICT', 'PP_GROUP_IDLE']

const INTERVAL_MS = 10_000

// During a rebalance a member may have no partition for a moment: a finding counts when it was made twice.
const FINDINGS = 2

// A group may read hundreds of topics, some of them with long names.
const MAX_TOPICS = 3

/** Checks every ten seconds which partitions this member has, and who else is in its group. */
export class GroupWatch {
  readonly #deps: GroupWatchDeps
  #problem: GroupProblem | undefined
  #partitions: number | undefined
  #found: { code: GroupProblemCode | undefined, times: number } = { code: undefined, times: 0 }

  constructor (deps: GroupWatchDeps) {
    this.#deps = deps
  }

  /** The current problem, if any. */
  get problem (): GroupProblem | undefined {
    return this.#problem
  }

  /** Partitions of the topic; undefined before the first check. */
  get partitions (): number | undefined {
    return this.#partitions
  }

  /** Watches a subscription until `signal` aborts. A failed check is logged and leaves the last finding. */
  async follow (subscription: Pick<Subscription, 'standing'>, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps

    while (!signal.aborted) {
      try {
        this.#note(await subscription.standing())
      } catch (err) {
        log.warn({ err }, 'members of the group not read')
      }

      try {
        await sleep(clock, INTERVAL_MS, signal)
      } catch (err) {
        if (!isAbort(err)) {
          throw err
        }
      }
    }
  }

  #note (standing: GroupStanding): void {
    const { clock, log, topic, group } = this.#deps
    const code = codeOf(standing)
    this.#partitions = standing.partitions
    this.#found = { code, times: code === this.#found.code ? this.#found.times + 1 : 1 }

    if (this.#found.times < FINDINGS) {
      return
    }
    if (code === undefined) {
      if (this.#problem !== undefined) {
        log.info({ code: this.#problem.code }, 'the problem of the consumer group is over')
      }

      this.#problem = undefined
      return
    }

    const isNew = this.#problem?.code !== code
    this.#problem = { code, message: textOf(code, standing, { topic, group }), sinceMs: isNew ? clock.now() : this.#problem?.sinceMs ?? clock.now() }

    if (isNew) {
      log.error({ code, reason: this.#problem.message, ...standing }, 'the consumer group has a problem')
    }
  }
}

function codeOf ({ others, assigned }: GroupStanding): GroupProblemCode | undefined {
  if (others > 0) {
    return 'PP_GROUP_CONFLICT'
  }

  return assigned === 0 ? 'PP_GROUP_IDLE' : undefined
}

function textOf (code: GroupProblemCode, standing: GroupStanding, { topic, group }: Pick<GroupWatchDeps, 'topic' | 'group'>): string {
  const { others, otherTopics, partitions, members } = standing

  if (code === 'PP_GROUP_IDLE') {
    const readers = `${String(members)} members read the topic`
    const why = `none of the ${String(partitions)} partitions of topic ${topic} is assigned to this member of group ${group} (${readers})`

    return `${why}: run fewer consumers, or give the topic more partitions`
  }

  const listed = otherTopics.slice(0, MAX_TOPICS).join(', ')
  const topics = otherTopics.length > MAX_TOPICS ? `${listed} and ${String(otherTopics.length - MAX_TOPICS)} more` : listed

  const effect = `may be assigned partitions of ${topic}, which then no consumer reads`

  return `${String(others)} members of group ${group} read other topics (${topics}) and ${effect}: use another group for one of them`
}
