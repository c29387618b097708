import { ProbeError } from '../../../core/errors.ts'
import type { MysqlConnection } from '../../../consumer/store/mysql/server/connection.ts'

/** What happens on the way of statements. */
export interface Meddling {
  /** Statements that still run; before the next one the connection dies, as with the process that has it. @default all */
  before?: number

  /** Awaited before each statement. */
  onStatement?: (statement: string) => Promise<void>
}

/** A connection that notes its statements, and may die before one of them. */
export function connectionThatDies (connection: MysqlConnection, { before = Infinity, onStatement }: Meddling): MysqlConnection & { statements: string[] } {
  const statements: string[] = []
  const meddle = async (sql: string): Promise<void> => {
    if (statements.length >= before) {
      connection.destroy()
      throw new ProbeError('PP_STORE_UNAVAILABLE', 'killed')
    }
    statements.push(sql)
    await onStatement?.(sql)
  }

  return new Proxy(connection, {
    get (target, key) {
      if (key === 'statements') {
        return statements
      }
      if (key === 'query') {
        return async (sql: string, timeoutMs?: number) => {
          await meddle(sql)
          return await target.query(sql, timeoutMs)
        }
      }
      if (key === 'run') {
        return async (sql: string[], timeoutMs?: number) => {
          await meddle(sql.join(';'))
          return await target.run(sql, timeoutMs)
        }
      }

      return Reflect.get(target, key, target) as unknown
    }
  }) as MysqlConnection & { statements: string[] }
}
