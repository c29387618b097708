import { NO_RESULT } from '../../../consumer/store/mysql/server/query-result.ts'
import type { MysqlConnection } from '../../../consumer/store/mysql/server/connection.ts'
import type { QueryResult } from '../../../consumer/store/mysql/server/query-result.ts'
import type { ServerInfo } from '../../../consumer/store/mysql/server/server-info.ts'

/** A server as the tests of statements want one. */
export const MARIADB: ServerInfo = { family: 'mariadb', version: '10.11.19-MariaDB', upsert: 'function', maxPacketChars: 100_000 }

/** The same of the other family. */
export const MYSQL: ServerInfo = { family: 'mysql', version: '9.7.4', upsert: 'alias', maxPacketChars: 100_000 }

/** What a statement gives: rows, a count of written rows (which an INSERT made, or an UPDATE found), or a failure. */
export type Answer = readonly (readonly unknown[])[] | number | Error

/** Stands for a connection where a test is about which statements are run: it notes them and answers by a script. */
export class ScriptedConnection {
  readonly server: ServerInfo
  readonly statements: string[] = []
  isBroken = false
  isDisposed = false
  readonly #answer: (statement: string) => Answer

  constructor (answer: (statement: string) => Answer = () => [], server: ServerInfo = MARIADB) {
    this.#answer = answer
    this.server = server
  }

  /** As what it stands for. */
  get asConnection (): MysqlConnection {
    return this as unknown as MysqlConnection
  }

  async inTransaction<T> (work: () => Promise<T>): Promise<T> {
    this.statements.push('START TRANSACTION')
    const result = await work()
    this.statements.push('COMMIT')

    return result
  }

  async run (statements: readonly string[]): Promise<QueryResult[]> {
    const results: QueryResult[] = []

    for (const statement of statements) {
      results.push(await this.query(statement))
    }

    return results
  }

  async query (statement: string): Promise<QueryResult> {
    this.statements.push(statement)
    const answer = this.#answer(statement)

    if (answer instanceof Error) {
      throw answer
    }

    return typeof answer === 'number'
      ? { ...NO_RESULT, written: answer, inserted: statement.startsWith('INSERT') ? answer : 0, matched: statement.startsWith('UPDATE') ? answer : 0 }
      : { ...NO_RESULT, rows: answer }
  }

  destroy (): void {
    this.isBroken = true
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.isDisposed = true
  }
}
