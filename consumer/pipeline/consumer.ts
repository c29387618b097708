// One member of the group, from subscribing to leaving. When it is stuck it subscribes again, which often
// helps a client in a wrong state. If that does not help, the process ends and its supervisor restarts it.
import { ProbeError } from '../../core/errors.ts'
import { childController } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { Pipeline } from './pipeline.ts'
import { stuck } from './watchdog.ts'
import type { EventBus, Subscription } from '../../core/bus/port/event-bus.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { GroupWatch } from './group-watch.ts'
import type { LagMeter } from './lag-meter.ts'
import type { Outage } from './outage.ts'
import type { PipelineDeps, PipelineOptions } from './pipeline.ts'
import type { WatchdogDeps } from './watchdog.ts'

export interface ConsumerDeps extends Omit<PipelineDeps, 'commit'> {
  bus: Pick<EventBus, 'subscribe'>
  log: Logger
  outage: Outage
  meter: LagMeter
  groupWatch: Pick<GroupWatch, 'follow'>

  /** Whether an outside cause, such as a full disk, prevents commits. @default never */
  isHeldUp?: () => boolean

  /** Called when it has joined the group. */
  onSubscribed: () => void
}

/** Settings of a consumer. */
export interface ConsumerOptions extends PipelineOptions {
  topic: string
  group: string

  /** How long messages may wait without a commit, in milliseconds. @default 60000 */
  stuckAfterMs?: number
}

const STUCK_AFTER_MS = 60_000

// How long a handler may take to end once its subscription is abandoned.
const GIVE_UP_MS = 5_000

/** Consumes a topic. */
export class Consumer {
  readonly #deps: ConsumerDeps
  readonly #options: ConsumerOptions
  #commits = 0

  constructor (deps: ConsumerDeps, options: ConsumerOptions) {
    this.#deps = deps
    this.#options = options
  }

  /**
   * Consumes until `signal` aborts; then finishes and commits the running transaction.
   *
   * @throws ProbeError what ended the subscription; `PP_CONSUMER_STUCK`
   */
  async run (signal: AbortSignal): Promise<void> {
    let commitsAtRebuild: number | undefined

    while (!signal.aborted && await this.#consume(signal) === 'stuck') {
      if (commitsAtRebuild === this.#commits) {
        throw new ProbeError('PP_CONSUMER_STUCK', 'messages wait and none was committed, even after a new subscription')
      }

      commitsAtRebuild = this.#commits
      this.#deps.log.error({ lag: this.#deps.meter.lag?.total }, 'messages wait and none was committed, subscribing again')
    }
  }

  async #consume (signal: AbortSignal): Promise<'ended' | 'stuck'> {
    const { outage, meter, groupWatch, clock, isHeldUp, onSubscribed } = this.#deps
    using life = childController(signal)
    using metered = childController(signal)
    // Not a child of `signal`: the watchdog also covers the last transactions.
    const watch = new AbortController()
    const subscription = await this.#subscribe(life.signal)
    outage.onChange = (isOut) => {
      if (isOut) {
        subscription.pause()
      } else {
        subscription.resume()
      }
    }
    onSubscribed()
    const metering = Promise.all([meter.follow(subscription, metered.signal), groupWatch.follow(subscription, metered.signal)])
    const deps = { clock, lag: () => meter.lag?.total, commits: () => this.#commits, isExcused: () => outage.state !== undefined || isHeldUp?.() === true }

    try {
      const end = await Promise.race([ended(subscription), isStuck(deps, this.#options.stuckAfterMs ?? STUCK_AFTER_MS, watch.signal)])

      if (end === 'stuck') {
        life.abort()
        await this.#giveUp(subscription)
      } else if (!signal.aborted) {
        throw new ProbeError('PP_BUS_CLOSED', 'the subscription ended by itself')
      }

      return end
    } finally {
      watch.abort()
      metered.abort()
      await metering
    }
  }

  async #subscribe (signal: AbortSignal): Promise<Subscription> {
    const { bus, clock, writer, deadLetters, rate, observer } = this.#deps
    const { topic, group, maxMessages } = this.#options
    // Messages may arrive before `subscribe` has returned.
    const subscribed = Promise.withResolvers<Subscription>()
    const pipeline = new Pipeline({
      clock,
      writer,
      deadLetters,
      rate,
      observer,
      commit: async (partition, nextOffset) => {
        await (await subscribed.promise).commit(partition, nextOffset)
        this.#commits++
      }
    }, this.#options, signal)
    const subscription = await bus.subscribe({ topic, group, maxMessages }, async (batch) => {
      await pipeline.handle(batch)
    }, signal)
    subscribed.resolve(subscription)

    return subscription
  }

  async #giveUp (subscription: Subscription): Promise<void> {
    const limit = new AbortController()
    const tooLong = sleep(this.#deps.clock, GIVE_UP_MS, limit.signal).then(() => {
      throw new ProbeError('PP_CONSUMER_STUCK', 'a message handler did not end')
    })

    try {
      await Promise.race([subscription[Symbol.asyncDispose](), tooLong])
    } finally {
      limit.abort()
      await Promise.allSettled([tooLong])
    }
  }
}

async function ended (subscription: Subscription): Promise<'ended'> {
  await subscription.ended

  return 'ended'
}

async function isStuck (deps: WatchdogDeps, limitMs: number, signal: AbortSignal): Promise<'stuck'> {
  await stuck(deps, limitMs, signal)

  return 'stuck'
}
