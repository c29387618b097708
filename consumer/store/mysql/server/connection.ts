import { createConnection } from 'mysql2'
import { ProbeError } from '../../../../core/errors.ts'
import { withTimeLimit } from '../../../../core/time/with-time-limit.ts'
import { connectionOptionsFor } from './connection-options.ts'
import { isUncommitted, NO_RESULT, queryResultOf } from './query-result.ts'
import { SERVER_QUERIES, serverInfoOf } from './server-info.ts'
import { checkSession, SESSION_START, sessionEnd } from './session.ts'
import { inChunks, isAscii } from './sql-text.ts'
import { asStoreError, endsConnection } from './store-error.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { Clock } from '../../../../core/time/clock.ts'
import type { QueryResult } from './query-result.ts'
import type { ServerInfo } from './server-info.ts'
import type { Connection, QueryError } from 'mysql2'

const QUERY_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 1_000

// Used until the server is known: below the limit of every server.
const UNKNOWN: ServerInfo = { family: 'mysql', version: '', upsert: 'function', maxPacketChars: 100_000 }

/** One session with the server: UTC, strict, READ COMMITTED, on a server that accepts writes. Throws the errors of the port. */
export class MysqlConnection implements AsyncDisposable {
  readonly #clock: Clock
  readonly #config: MysqlConfig
  readonly #connection: Connection
  #server = UNKNOWN
  #isBroken = false

  /** Whether a statement that changes rows must be committed when it ends: not before the session is set up, nor in a transaction. */
  #commitsItself = false

  private constructor (clock: Clock, config: MysqlConfig, connection: Connection) {
    this.#clock = clock
    this.#config = config
    this.#connection = connection
    // These events also report failures between two queries, such as a server that closes an idle connection.
    const onEnd = (): void => {
      this.#isBroken = true
    }
    connection.on('error', onEnd).on('end', onEnd)
  }

  /** @throws ProbeError `PP_STORE_UNAVAILABLE`, `PP_STORE_AUTH`, `PP_STORE_TLS`, `PP_STORE_DATABASE_MISSING`, `PP_STORE_GRANT_MISSING`, `PP_STORE_SERVER` */
  static async open (clock: Clock, config: MysqlConfig): Promise<MysqlConnection> {
    const connection = new MysqlConnection(clock, config, createConnection(await connectionOptionsFor(config)))

    try {
      await connection.#handshake()
      await connection.#prepareSession()

      return connection
    } catch (err) {
      connection.destroy()
      throw err
    }
  }

  get server (): ServerInfo {
    return this.#server
  }

  /** Whether the connection is unusable. */
  get isBroken (): boolean {
    return this.#isBroken
  }

  /**
   * Runs statements one after the other, in as few packets as the server allows; returns one result for each.
   * A failure skips the statements after it. After a timeout the connection is closed.
   */
  async run (statements: readonly string[], timeoutMs: number = QUERY_TIMEOUT_MS): Promise<QueryResult[]> {
    const results: QueryResult[] = []

    for (const packet of inChunks(statements, this.#server.maxPacketChars)) {
      results.push(...await this.#send(packet, timeoutMs))
    }

    return results
  }

  /** Runs one statement. */
  async query (statement: string, timeoutMs: number = QUERY_TIMEOUT_MS): Promise<QueryResult> {
    const [result] = await this.run([statement], timeoutMs)

    return result ?? NO_RESULT
  }

  /** Runs `work` in one transaction: all of it happens, or nothing. */
  async inTransaction<T> (work: () => Promise<T>): Promise<T> {
    await this.query('START TRANSACTION')

    try {
      const result = await work()
      await this.query('COMMIT')

      return result
    } catch (err) {
      await this.#rollBack()
      throw err
    }
  }

  /** Closes the connection at once; the server rolls back an open transaction. */
  destroy (): void {
    this.#isBroken = true
    this.#connection.destroy()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    if (this.#isBroken) {
      this.destroy()
      return
    }

    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#connection.end(() => {
      resolve(undefined)
    })
    await withTimeLimit(promise, { clock: this.#clock, limitMs: CLOSE_TIMEOUT_MS, onTimeout: () => undefined })
    this.destroy()
  }

  async #handshake (): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    this.#connection.once('connect', () => {
      resolve(undefined)
    })
    this.#connection.once('error', reject)

    try {
      await promise
    } catch (err) {
      throw asStoreError(err, this.#config)
    }
  }

  async #prepareSession (): Promise<void> {
    const answers = await this.run([...SESSION_START, ...SERVER_QUERIES])
    this.#server = serverInfoOf(answers.slice(SESSION_START.length).flatMap(({ rows }) => rows[0] ?? []), this.#config.database)
    const { family } = this.#server
    const [, settings] = await this.run(sessionEnd(family))
    checkSession(family, settings?.rows ?? [])
    this.#commitsItself = true
    // A read-only server refuses this, such as the old primary after a failover.
    await this.run(['START TRANSACTION READ WRITE', 'ROLLBACK'])
  }

  async #rollBack (): Promise<void> {
    if (this.#isBroken) {
      return
    }

    try {
      await this.query('ROLLBACK')
    } catch {
      // The original failure says more. The server rolls back when the connection closes.
      this.destroy()
    }
  }

  async #send (statements: readonly string[], timeoutMs: number): Promise<QueryResult[]> {
    const text = statements.join(';')

    if (!isAscii(text)) {
      throw new TypeError('a statement contains a character that is not ASCII: values go through quote')
    }

    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onTimeout = (): never => {
      this.destroy()
      throw new ProbeError('PP_STORE_UNAVAILABLE', `database ${this.#config.host}: no answer within ${String(timeoutMs)} ms`)
    }
    this.#connection.query(text, (err: QueryError | null, result: unknown) => {
      if (err === null) {
        resolve(result)
      } else {
        reject(err)
      }
    })

    try {
      const answer = await withTimeLimit(promise, { clock: this.#clock, limitMs: timeoutMs, onTimeout })
      const results: unknown[] = statements.length > 1 && Array.isArray(answer) ? answer : [answer]

      return results.map((result, i) => this.#resultOf(result, statements[i] ?? ''))
    } catch (err) {
      const failure = asStoreError(err, this.#config)
      this.#isBroken ||= isFatal(err) || endsConnection(failure)
      throw failure
    }
  }

  #resultOf (result: unknown, statement: string): QueryResult {
    if (statement.startsWith('START TRANSACTION')) {
      this.#commitsItself = false
    } else if (statement === 'COMMIT' || statement === 'ROLLBACK') {
      this.#commitsItself = this.#server !== UNKNOWN
    }
    if (this.#commitsItself && isUncommitted(result)) {
      throw new ProbeError('PP_STORE_SERVER', `database ${this.#config.host}: a statement outside a transaction was not committed: autocommit was switched off for this session`)
    }

    return queryResultOf(result, statement)
  }
}

function isFatal (err: unknown): boolean {
  return err instanceof Error && 'fatal' in err && err.fatal === true
}
