import { createReadStream } from 'node:fs'
import { DumpCheck } from './dump-check.ts'
import type { BackupSource } from './backup-folder.ts'

/** A dump as the source of a backup: its rows are counted on the way. */
export function sqlDump (bytes: AsyncIterable<Buffer>): BackupSource {
  const check = new DumpCheck()

  return {
    bytes: counted(bytes, check),
    content: () => {
      check.end()
      const { rows } = check

      // Migrations have numbers without gaps, and each is one row.
      return { rows, schemaVersion: rows['schema_migration'] ?? 0 }
    }
  }
}

/** The bytes of a file. */
export async function* bytesOf (path: string): AsyncIterable<Buffer> {
  // Opened when it is first read: a stream that fails before that has nobody who hears of it, and ends the process.
  yield* createReadStream(path, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>
}

async function* counted (bytes: AsyncIterable<Buffer>, check: DumpCheck): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    check.push(chunk)
    yield chunk
  }
}
