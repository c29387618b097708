// Run by a test that kills it: exports visits without end to the file that it is given.
import { exportRecords, exportToFile } from '../../../consumer/export/export-records.ts'
import { pagesOfVisits } from './pages-of-visits.ts'

const [path = ''] = process.argv.slice(2)
// A pause keeps the disk from filling up.
const pause = async (): Promise<void> => {
  await new Promise((resolve) => {
    setTimeout(resolve, 20)
  })
}
const { snapshot } = pagesOfVisits(Infinity)
const slow: typeof snapshot = {
  records: async (query) => {
    await pause()

    return await snapshot.records(query)
  }
}

const { signal } = new AbortController()
await exportToFile(path, async write => await exportRecords(slow, { kind: 'visits', format: 'NDJSON', filter: {} }, write, signal))
