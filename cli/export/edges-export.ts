// Routing tables as a file: the store has none of them, the files of the dump folder do.
import { EdgeGraph } from '../../consumer/edges/graph/edge-graph.ts'
import { graphmlChunks } from '../../consumer/edges/graph/graphml.ts'
import { exportChunks } from '../../consumer/export/export-records.ts'
import { RECORD_FORMATS } from '../../consumer/records/formats/record-format.ts'
import { openEdges } from '../edges/chosen-edges.ts'
import { FORMAT_NAMES } from './export-options.ts'
import type { ExportOptions, FillExport } from './export-options.ts'

/** Fills a file with the routing tables of the crawl that the options choose. */
export function fillWithEdges (options: ExportOptions, signal: AbortSignal): FillExport {
  return async (write) => {
    const { rows } = await openEdges(options)

    if (options.format !== 'graphml') {
      return { count: rows.count, ...await exportChunks(RECORD_FORMATS[FORMAT_NAMES[options.format]].chunks('edges', rows.batches()), write, signal) }
    }

    const tally = { count: 0 }
    const written = await exportChunks(graphmlChunks(await EdgeGraph.read(rows, signal), tally, signal), write, signal)

    return { ...tally, ...written }
  }
}
