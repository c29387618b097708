// Run by a test that kills it, or that limits the size of its files: dumps peers without end to the folder, in the format.
// A dump that fails prints the code of its error.
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { NodeDump } from '../../../consumer/dumps/node-dump.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { RecordFormatName } from '../../../consumer/records/formats/record-format.ts'
import type { NodeRecord, StoreSnapshot } from '../../../consumer/store/model/node-store.ts'

const [path = '', format = 'NDJSON'] = process.argv.slice(2)
const at = '2026-01-01T00:00:00.000Z'

function peer (): NodeRecord {
  // Random, so that it stays long when it is compressed.
  const random = Array.from({ length: 10 }, () => Math.random().toString(36)).join('')

  return {
    nodeId: random,
    protocolVersion: null,
    agentVersion: random,
    discoveryType: 'active',
    latencyNs: 1,
    lastSeen: at,
    firstSeen: at,
    identifiedAt: at,
    lastTried: at,
    lastOutcome: 'ok',
    country: null,
    asn: null,
    organisation: null,
    cloud: null,
    placedAt: null,
    addresses: [],
    networks: []
  }
}

const snapshot: StoreSnapshot = {
  schemaVersion: 1,
  nodes: async () => {
    // A pause keeps the disk from filling up.
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })

    return { nodes: Array.from({ length: 200 }, peer), next: 'more' }
  },
  records: async () => await Promise.reject(new Error('dumps read nodes')),
  [Symbol.asyncDispose]: async () => {
    await Promise.resolve()
  }
}

try {
  const deps = { store: { snapshot: async () => await Promise.resolve(snapshot) }, folder: await DumpFolder.open(path), clock: systemClock, log: pino({ level: 'silent' }) }
  await new NodeDump(deps, { format: format as RecordFormatName, full: true, keepMs: 0 }).dump(new AbortController().signal)
} catch (err) {
  process.stdout.write(isProbeError(err) ? err.code : String(err))
}
