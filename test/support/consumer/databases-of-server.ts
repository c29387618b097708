import { after, before } from 'node:test'
import { SqlServer } from '../servers/sql-server.ts'
import { MysqlDatabases } from './mysql-databases.ts'
import type { SqlServerKind } from '../servers/sql-server.ts'

/** A server of a kind for the tests of a suite. It and its databases are there once the tests run. */
export function serverFor (kind: SqlServerKind): { databases: () => MysqlDatabases, server: () => SqlServer } {
  let server: SqlServer | undefined
  let databases: MysqlDatabases | undefined

  before(async () => {
    server = await SqlServer.open(kind)
    databases = new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' })
  })
  after(async () => {
    await databases?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  return { databases: () => databases!, server: () => server! }
}
