// mysql2's own pool has its password from when it was made, hands out a connection before its
// session is set up, and has no bound on a wait. This one is as small as what is needed of it.
import { ProbeError } from '../../../../core/errors.ts'
import { withTimeLimit } from '../../../../core/time/with-time-limit.ts'
import { MysqlConnection } from './connection.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { Clock } from '../../../../core/time/clock.ts'

const WAIT_MS = 30_000
const MAX_WAITING = 100

export interface ConnectionPoolDeps {
  clock: Clock

  /** How to open a connection. @default that of the driver */
  open?: (clock: Clock, config: MysqlConfig) => Promise<MysqlConnection>
}

/** Connections to one server: at most `maxOpenConns`, of which at most `maxIdleConns` are kept while idle. */
export class ConnectionPool implements AsyncDisposable {
  readonly #clock: Clock
  readonly #open: NonNullable<ConnectionPoolDeps['open']>
  readonly #config: MysqlConfig
  readonly #idle: MysqlConnection[] = []
  readonly #eraOf = new WeakMap<MysqlConnection, number>()
  readonly #waiting: (() => void)[] = []
  #used = 0
  #isClosed = false

  /** Ends when a connection breaks: the server may have gone, or its name may have moved to another one. */
  #era = 0

  constructor ({ clock, open = MysqlConnection.open.bind(MysqlConnection) }: ConnectionPoolDeps, config: MysqlConfig) {
    this.#clock = clock
    this.#open = open
    this.#config = config
  }

  /** Grows whenever a connection broke: what was learnt from the server before may not hold for the one that is reached since. */
  get era (): number {
    return this.#era
  }

  /** The era in which a connection was opened. */
  eraOf (connection: MysqlConnection): number {
    return this.#eraOf.get(connection) ?? 0
  }

  /** Lends a connection to `work`. It comes back in the state in which it was lent: without a transaction, a lock or a setting of its own. */
  async use<T> (work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
    const connection = await this.lend()

    try {
      return await work(connection)
    } finally {
      await this.takeBack(connection)
    }
  }

  /** A connection that stays lent until `takeBack`. @throws ProbeError `PP_STORE_UNAVAILABLE` when all stay in use for half a minute */
  async lend (): Promise<MysqlConnection> {
    await this.#slot()

    try {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (!idle.isBroken) {
          return idle
        }
        await idle[Symbol.asyncDispose]()
      }

      const era = this.#era
      const opened = await this.#open(this.#clock, this.#config)
      this.#eraOf.set(opened, era)

      return opened
    } catch (err) {
      this.#free()
      throw err
    }
  }

  /** Ends a loan. One that broke takes all that were opened before with it, or each would fail once in its turn. */
  async takeBack (connection: MysqlConnection): Promise<void> {
    try {
      if (connection.isBroken) {
        this.#distrustAll()
      }
      if (connection.isBroken || this.#isClosed || this.eraOf(connection) !== this.#era || this.#idle.length >= this.#config.maxIdleConns) {
        await connection[Symbol.asyncDispose]()
      } else {
        this.#idle.push(connection)
      }
    } finally {
      this.#free()
    }
  }

  /** Closes idle connections now, lent ones when they come back. */
  async [Symbol.asyncDispose] (): Promise<void> {
    this.#isClosed = true
    const idle = this.#idle.splice(0)
    await Promise.all(idle.map(async (connection) => {
      await connection[Symbol.asyncDispose]()
    }))
  }

  #distrustAll (): void {
    this.#era++

    for (const idle of this.#idle.splice(0)) {
      idle.destroy()
    }
  }

  async #slot (): Promise<void> {
    if (this.#isClosed) {
      throw new ProbeError('PP_STORE_UNAVAILABLE', 'the store is closed')
    }
    if (this.#used < this.#config.maxOpenConns) {
      this.#used++
      return
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw this.#allInUse()
    }

    const { promise, resolve } = Promise.withResolvers<undefined>()
    const turn = (): void => {
      resolve(undefined)
    }
    this.#waiting.push(turn)
    await withTimeLimit(promise, {
      clock: this.#clock,
      limitMs: WAIT_MS,
      onTimeout: () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1)
        throw this.#allInUse()
      }
    })
  }

  #free (): void {
    const next = this.#waiting.shift()

    // The slot goes from hand to hand, so that nobody who comes now takes it first.
    if (next === undefined) {
      this.#used--
    } else {
      next()
    }
  }

  #allInUse (): ProbeError {
    return new ProbeError('PP_STORE_UNAVAILABLE', `all ${String(this.#config.maxOpenConns)} connections to the database are in use: raise maxOpenConns`)
  }
}
