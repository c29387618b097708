// Routing tables as a file: the store has none of them, the files of the dump folder do.
import { EdgeGraph } from '../../consumer/edges/graph/edge-graph.ts'
import { graphmlChunks } from '../../consumer/edges/graph/graphml.ts'
import { exportChunks } from '../../consumer/export/export-records.ts'
import { RECORD_FORMATS } from '../../consumer/records/formats/record-format.ts'
import { ProbeError } from '../../core/errors.ts'
import { openEdges } from '../edges/chosen-edges.ts'
import { filterOf } from '../read/filter-options.ts'
import { FORMAT_NAMES } from './export-options.ts'
import type { FilterOptions } from '../read/filter-options.ts'
import type { ExportOptions, FillExport } from './export-options.ts'

/** Fills a file with the routing tables of the crawl that the options choose. @throws ProbeError `PP_RECORD_QUERY` for other conditions */
export function fillWithEdges (options: ExportOptions, signal: AbortSignal): FillExport {
  checkConditions(options)

  return async (write) => {
    const { rows } = await openEdges(options)

    if (options.format !== 'graphml') {
      return { count: rows.count, ...await exportChunks(RECORD_FORMATS[FORMAT_NAMES[options.format]].chunks('edges', rows.batches()), write, signal) }
    }

    const graph = await EdgeGraph.read(rows, signal)
    const written = await exportChunks(graphmlChunks(graph, signal), write, signal)

    return { count: graph.edgeCount, ...written }
  }
}

function checkConditions (options: FilterOptions): void {
  const refused = Object.keys(filterOf(options)).find(name => name !== 'scan' && name !== 'crawlId')

  if (refused !== undefined) {
    throw new ProbeError('PP_RECORD_QUERY', `edges cannot be filtered by ${refused}: use scan, crawlId`)
  }
}
