// Why not mysql2's pool: it keeps the password of its creation, hands out a connection before the session is set
// up, and has no limit for a wait.
import { ProbeError } from '../../../../core/errors.ts'
import { withTimeLimit } from '../../../../core/time/with-time-limit.ts'
import { MysqlConnection } from './connection.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { Clock } from '../../../../core/time/clock.ts'

const WAIT_MS = 30_000
const MAX_WAITING = 100

export interface ConnectionPoolDeps {
  clock: Clock

  /** Opens a connection. @default by the driver */
  open?: (clock: Clock, config: MysqlConfig) => Promise<MysqlConnection>
}

/** Connections to one server: at most `maxOpenConns` in all, at most `maxIdleConns` of them idle. */
export class ConnectionPool implements AsyncDisposable {
  readonly #clock: Clock
  readonly #open: NonNullable<ConnectionPoolDeps['open']>
  readonly #config: MysqlConfig
  readonly #idle: MysqlConnection[] = []
  readonly #eraOf = new WeakMap<MysqlConnection, number>()
  readonly #waiting: (() => void)[] = []
  #used = 0
  #isClosed = false

  /** Ends when a connection breaks: the server may be down, or its name may belong to another server now. */
  #era = 0

  constructor ({ clock, open = MysqlConnection.open.bind(MysqlConnection) }: ConnectionPoolDeps, config: MysqlConfig) {
    this.#clock = clock
    this.#open = open
    this.#config = config
  }

  /** Increases whenever a connection breaks: facts about the old server may be wrong for the one behind new connections. */
  get era (): number {
    return this.#era
  }

  /** The era in which a connection was opened. */
  eraOf (connection: MysqlConnection): number {
    return this.#eraOf.get(connection) ?? 0
  }

  /** Lends a connection to `work`, which must return it without a transaction, a lock or a changed setting. */
  async use<T> (work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
    const connection = await this.lend()

    try {
      return await work(connection)
    } finally {
      await this.takeBack(connection)
    }
  }

  /** Lends a connection until `takeBack`. @throws ProbeError `PP_STORE_UNAVAILABLE` when all are in use for half a minute */
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

  /** Takes a connection back. A broken one ends all that were opened before it, or each of them would fail once. */
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

  /** Closes idle connections now, and lent ones when they are taken back. */
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

    // The slot passes directly to the longest waiter, so that no later caller takes it first.
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
