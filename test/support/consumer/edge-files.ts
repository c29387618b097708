import { join } from 'node:path'
import { edgeFileName } from '../../../consumer/edges/edge-file-name.ts'
import { EdgeFile, edgeRecords } from '../../../consumer/edges/edge-file.ts'
import { PendingFile } from '../../../core/files/pending-file.ts'
import type { Rows } from '../../../consumer/edges/graph/edge-graph.ts'
import type { Neighbours } from '../../../core/contracts/edges/neighbours.ts'

/** Writes the file of a crawl's edges as a consumer does. Returns its path. */
export async function writeEdgeFile (folder: string, tables: readonly Neighbours[]): Promise<string> {
  const path = join(folder, edgeFileName(tables[0]!))
  const file = new EdgeFile(await PendingFile.open(path))

  for (const table of tables) {
    await file.add(table)
  }
  await file.finish()

  return path
}

/** The rows of a file with these tables, without a file. */
export function rowsOf (tables: readonly Neighbours[]): Rows {
  return {
    batches: async function* () {
      for (const table of tables) {
        yield await Promise.resolve(edgeRecords(table))
      }
    }
  }
}
