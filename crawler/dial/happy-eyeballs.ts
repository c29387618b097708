// Happy Eyeballs (RFC 8305) over all addresses of a peer: most peers have a dead address, and a dead first address
// does not make a dead peer. An attempt that lost the race, or never started, is not recorded: it says nothing about
// its address.
import { defined } from '../../core/defined.ts'
import { raceAbort } from '../../core/time/race-abort.ts'
import { childController } from '../../core/time/signals.ts'
import { classify } from '../peer/classify.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { peerFault } from '../peer/peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../address/address-reader.ts'
import type { Classified } from '../peer/classify.ts'
import type { DialPermit } from './dial-budget.ts'
import type { DialLimits } from './dial-limits.ts'

export interface EyeballsDeps<T> {
  clock: Clock
  limits: DialLimits

  /** Waits for permission to dial an address. @default every address may be dialled */
  admit?: (address: Address, signal: AbortSignal) => Promise<DialPermit>

  /** Dials one address; rejects with the fault. A late result, after `signal` aborted, is disposed of here. */
  dial: (address: Address, signal: AbortSignal) => Promise<T>
}

/** Limits of the race. */
export interface EyeballsOptions {
  /** Limit of one dial, in milliseconds, from when the dial limits let it start. */
  dialTimeoutMs: number

  /** Delay before the next address of the same group is dialled in parallel, in milliseconds. */
  staggerMs: number

  /** Concurrent dials to one peer. */
  maxParallel: number
}

/** How one dial ended. */
export interface Attempt extends Classified {
  address: Address
  durationMs: number
}

/** The winner and the failed attempts. */
export interface RaceResult<T> {
  winner?: { value: T, address: Address, durationMs: number }

  /** Failed attempts, in the order in which they ended. */
  failed: readonly Attempt[]
}

/** Dials the groups in parallel, each in its order. The first address that answers wins; the other dials are aborted. */
export async function dialFirst<T extends Disposable> (
  groups: readonly (readonly Address[])[],
  deps: EyeballsDeps<T>,
  options: EyeballsOptions,
  signal: AbortSignal
): Promise<RaceResult<T>> {
  return await new Race(deps, options, signal).run(groups)
}

interface Group {
  waiting: Address[]
  stagger?: Disposable
}

class Race<T extends Disposable> {
  readonly #deps: EyeballsDeps<T>
  readonly #options: EyeballsOptions
  readonly #race: AbortController & Disposable
  readonly #outer: AbortSignal
  readonly #done = Promise.withResolvers<RaceResult<T>>()
  readonly #failed: Attempt[] = []
  #groups: Group[] = []
  #running = 0

  constructor (deps: EyeballsDeps<T>, options: EyeballsOptions, signal: AbortSignal) {
    this.#deps = deps
    this.#options = options
    this.#outer = signal
    this.#race = childController(signal)
  }

  async run (lists: readonly (readonly Address[])[]): Promise<RaceResult<T>> {
    this.#groups = lists.map(addresses => ({ waiting: [...addresses] }))
    this.#groups.forEach((group) => {
      this.#startNext(group)
    })
    this.#finishIfOver()

    try {
      return await this.#done.promise
    } finally {
      this.#race[Symbol.dispose]()
    }
  }

  /** Dials the group's next address, unless the race is over or at its limit of parallel dials. In the second case the end of a dial calls this again. */
  #startNext (group: Group): void {
    group.stagger?.[Symbol.dispose]()
    delete group.stagger

    if (this.#race.signal.aborted || this.#outer.aborted || this.#running >= this.#options.maxParallel) {
      return
    }

    const address = group.waiting.shift()

    if (address === undefined) {
      return
    }

    this.#running++
    void this.#attempt(group, address)

    if (group.waiting.length > 0) {
      group.stagger = this.#deps.clock.after(this.#options.staggerMs, () => {
        this.#startNext(group)
      })
    }
  }

  /** Never rejects. */
  async #attempt (group: Group, address: Address): Promise<void> {
    const { clock, limits } = this.#deps
    let startedAt: number | undefined
    let permit: DialPermit | undefined

    try {
      permit = await this.#deps.admit?.(address, this.#race.signal)
      using held = new DisposableStack()
      held.use(await limits.acquire(address.host, this.#race.signal))
      startedAt = clock.monotonic()
      const value = await this.#dial(address)
      permit?.found()
      this.#win(value, address, clock.monotonic() - startedAt)
    } catch (err) {
      returnPermit(permit, startedAt === undefined, err)
      const ended = classify(err)
      const waited = startedAt === undefined && ended.outcome === 'timeout'

      this.#lose(group, err === LOST
        ? undefined
        : {
            ...ended,
            ...defined({ outcome: waited ? 'limit-exceeded' : undefined }),
            address,
            durationMs: startedAt === undefined ? 0 : clock.monotonic() - startedAt
          })
    }
  }

  /** The dial's deadline is disposed of before the result is used: libraries tie the connection itself to the dial's signal. */
  async #dial (address: Address): Promise<T> {
    using deadline = new PeerDeadline(this.#deps.clock, this.#options.dialTimeoutMs, this.#race.signal)

    return await raceAbort(this.#deps.dial(address, deadline.signal), deadline.signal, (late) => {
      late[Symbol.dispose]()
    })
  }

  #win (value: T, address: Address, durationMs: number): void {
    this.#running--

    if (this.#race.signal.aborted) {
      value[Symbol.dispose]()
      this.#finishIfOver()

      return
    }

    this.#race.abort(LOST)
    this.#groups.forEach(({ stagger }) => stagger?.[Symbol.dispose]())
    this.#done.resolve({ winner: { value, address, durationMs }, failed: this.#failed })
  }

  #lose (group: Group, attempt: Attempt | undefined): void {
    this.#running--

    if (attempt !== undefined) {
      this.#failed.push(attempt)
      this.#startNext(group)
      this.#groups.filter(({ stagger }) => stagger === undefined).forEach((other) => {
        this.#startNext(other)
      })
    }

    this.#finishIfOver()
  }

  #finishIfOver (): void {
    if (this.#running === 0 && (this.#outer.aborted || this.#groups.every(({ waiting }) => waiting.length === 0))) {
      this.#groups.forEach(({ stagger }) => stagger?.[Symbol.dispose]())
      this.#done.resolve({ failed: this.#failed })
    }
  }
}

function returnPermit (permit: DialPermit | undefined, isUnused: boolean, err: unknown): void {
  if (isUnused) {
    permit?.unused()
  } else {
    permit?.failed(err)
  }
}

/** The abort reason of the other dials once one has won. */
const LOST = peerFault('aborted', 'another address answered first')
