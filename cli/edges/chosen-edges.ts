import { join } from 'node:path'
import { listEdgeFiles } from '../../consumer/edges/edge-folder.ts'
import { EdgeRows } from '../../consumer/edges/graph/edge-rows.ts'
import { ProbeError } from '../../core/errors.ts'
import { findSource } from '../source/find-source.ts'
import type { EdgeFileEntry } from '../../consumer/edges/edge-folder.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** Which crawl's routing tables a command reads; the newest one that both conditions leave. */
export interface EdgesOptions extends SourceOptions {
  scan?: string
  crawl?: number
}

/** A file of routing tables, opened. */
export interface ChosenEdges extends EdgeFileEntry { rows: EdgeRows }

/** Opens the file of the crawl that the options choose. @throws ProbeError `PP_EDGES_UNREADABLE`, and as the source */
export async function openEdges (options: EdgesOptions): Promise<ChosenEdges> {
  const { dumpFolder } = await findSource(options)

  if (dumpFolder === undefined) {
    throw new ProbeError('PP_EDGES_UNREADABLE', 'the data has no dump folder: files of routing tables are written there, with consumer.dump.enabled: true')
  }

  const files = await listEdgeFiles(dumpFolder)
  const chosen = files.findLast(({ scan, crawlId }) => (options.scan ?? scan) === scan && (options.crawl ?? crawlId) === crawlId)

  if (chosen === undefined) {
    throw new ProbeError('PP_EDGES_UNREADABLE', files.length === 0
      ? `${dumpFolder} has no file of routing tables`
      : `${dumpFolder} has no file of that crawl; it has ${files.slice(-3).map(({ scan, crawlId }) => `--scan ${scan} --crawl ${String(crawlId)}`).join(', ')}${files.length > 3 ? ` and ${String(files.length - 3)} older` : ''}`)
  }

  return { ...chosen, rows: await EdgeRows.open(join(dumpFolder, chosen.file)) }
}
