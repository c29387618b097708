// The table of the servers' errors against the servers themselves: each error of the table is raised by a real server.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MysqlConnection } from '../../../consumer/store/mysql/server/connection.ts'
import { isReadOnlyError, SERVER_ERRORS } from '../../../consumer/store/mysql/server/server-errors.ts'
import { endsConnection, isReadOnlyServer } from '../../../consumer/store/mysql/server/store-error.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import type { RowDataPacket } from 'mysql2/promise'

const FAIL = 'CREATE PROCEDURE fail (n INT) SIGNAL SQLSTATE \'HY000\' SET MYSQL_ERRNO = n, MESSAGE_TEXT = \'as told\''
const LISTED = 'SELECT ERROR_NUMBER AS number, ERROR_NAME AS name FROM performance_schema.events_errors_summary_global_by_error WHERE ERROR_NUMBER IS NOT NULL'

/** Numbers that MySQL 9 has not, or has for something that the store cannot meet. */
const ONLY_MARIADB = new Set([1021, 1023, 1028, 1077, 1078, 1275, 1927, 1931, 1932, 1964, 1969, 1977, 4025, 4063, 4075, 4145, 4150, 4151, 4165, 4182])

/** Runs the suite against a server. */
export function mysqlErrorCodes (name: string, databasesOf: () => MysqlDatabases): void {
  suite(`error codes of ${name}`, () => {
    test('each error of the table is called by its code, and keeps its connection only where the server can go on', async () => {
      const databases = databasesOf()
      const database = await databases.make()
      const beside = await databases.connect(database)
      await beside.query(FAIL)
      await beside.end()
      const open = async (): Promise<MysqlConnection> => await MysqlConnection.open(systemClock, databases.configFor(database))
      let connection = await open()

      for (const { number, code } of SERVER_ERRORS.values()) {
        await assert.rejects(connection.query(`CALL fail(${String(number)})`), (err) => {
          assert.ok(isProbeError(err, code), `${String(number)}: ${String(err)}`)
          assert.equal(isReadOnlyServer(err), isReadOnlyError(number))
          assert.equal(connection.isBroken, endsConnection(err), String(number))
          return true
        })

        if (connection.isBroken) {
          await connection[Symbol.asyncDispose]()
          connection = await open()
        }
      }

      await connection[Symbol.asyncDispose]()
    })

    // MariaDB lists its errors nowhere.
    if (name !== 'MySQL') {
      return
    }

    test('the names of the table are those that the server has for these numbers', async () => {
      const beside = await databasesOf().connect()
      const [rows] = await beside.query<RowDataPacket[]>(LISTED)
      await beside.end()
      const listed = new Map(rows.map(({ number, name: full }) => [Number(number), String(full).replace(/^ER_/, '')]))
      const wrong = Array.from(SERVER_ERRORS.values()).filter(({ number, name: ours }) => !ONLY_MARIADB.has(number) && listed.get(number) !== ours)

      assert.deepEqual(wrong, [])
    })
  })
}
