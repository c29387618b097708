import { setTimeout as delay } from 'node:timers/promises'
import { peerName } from './visit-stream.ts'
import type { SqlServer } from '../servers/sql-server.ts'
import type { Connection } from 'mysql2/promise'

// The server aborts the lighter one of two deadlocked transactions: it must not be this one.
const WEIGHT = 20_000

const DEADLOCK = 1_213

/** A second writer that locks the rows of peers in descending order, one by one, while consumers lock them in ascending order. */
export class Rival implements AsyncDisposable {
  readonly #connection: Connection

  private constructor (connection: Connection) {
    this.#connection = connection
  }

  static async open (server: SqlServer, database: string): Promise<Rival> {
    const connection = await server.root()
    await connection.query(`USE \`${database}\`; CREATE TABLE ballast (id INT PRIMARY KEY) ENGINE=InnoDB`)
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')

    return new Rival(connection)
  }

  /** Runs until it is stopped. */
  async disturb (state: { isOver: boolean }): Promise<void> {
    while (!state.isOver) {
      try {
        await this.#lockDescending()
      } catch (err) {
        if ((err as { errno?: number }).errno !== DEADLOCK) {
          throw err
        }
      } finally {
        await this.#connection.rollback()
      }
    }
  }

  async #lockDescending (): Promise<void> {
    await this.#connection.beginTransaction()
    await this.#connection.query(`INSERT INTO ballast SELECT seq FROM seq_1_to_${String(WEIGHT)}`)

    for (let n = 1_999; n > 0; n -= 50) {
      await this.#connection.query('SELECT 1 FROM node_info WHERE node_id = ? FOR UPDATE', [peerName(n)])
      await delay(2)
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#connection.end()
  }
}
