import { createHash } from 'node:crypto'
import type { Connection } from 'mysql2/promise'

/** All rows of all tables and views of a database, each table as the number of its rows and the hash of the sorted rows. */
export async function contentsOf (connection: Connection): Promise<Record<string, string>> {
  const [tables] = await connection.query('SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME')
  const contents: Record<string, string> = {}

  for (const { name } of tables as { name: string }[]) {
    const [rows] = await connection.query({ sql: `SELECT * FROM \`${name}\``, rowsAsArray: true })
    const lines = (rows as unknown[][]).map(row => JSON.stringify(row, (_, value: unknown) => typeof value === 'bigint' ? String(value) : value)).sort()
    contents[name] = `${String(lines.length)} ${createHash('sha256').update(lines.join('\n')).digest('hex')}`
  }

  return contents
}
