import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { keepKnownPeers, readKnownPeers } from '../../crawler/known-peers-file.ts'
import { parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { KnownPeer } from '../../crawler/engine/frontier/known-peer.ts'

const id = parsePeerId('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')!
const peer: KnownPeer = { id, addresses: [Uint8Array.of(4, 127, 0, 0, 1, 6, 15, 161)], outcome: 'ok', failures: 2 }

function logged (): { log: ReturnType<typeof pino>, lines: string[] } {
  const lines: string[] = []
  return { lines, log: pino({ level: 'warn' }, { write: line => lines.push(line) }) }
}

suite('known peers', () => {
  test('are read back as written, all or nothing', async () => {
    using folder = new TempFolder()
    const path = folder.file('state/known-peers.ndjson')
    const { log, lines } = logged()
    await keepKnownPeers(path, log)([peer, { ...peer, addresses: [] }])
    await keepKnownPeers(path, log)([peer])

    assert.deepEqual((await readKnownPeers(path, log)).map(({ id: read, ...rest }) => ({ id: Buffer.from(read), ...rest })), [{ ...peer, id: Buffer.from(id) }])
    assert.deepEqual(readdirSync(folder.file('state')), ['known-peers.ndjson'])
    assert.deepEqual(lines, [])
  })

  test('of an earlier version were contacted when their file was written', async () => {
    using folder = new TempFolder()
    const path = folder.file('known-peers.ndjson')
    const { log, lines } = logged()
    const old = { id: Buffer.from(id).toString('base64'), addresses: [], outcome: 'ok', failures: 0 }
    writeFileSync(path, [old, { ...old, outcome: 'timeout', failures: 2 }].map(line => `${JSON.stringify(line)}\n`).join(''))
    utimesSync(path, 1_700_000_000, 1_700_000_000)

    const read = await readKnownPeers(path, log)

    assert.deepEqual(read.map(({ failures, contactedAtMs }) => [failures, contactedAtMs]), [[0, 1_700_000_000_000], [2, undefined]])
    assert.deepEqual(lines, [])
  })

  test('keep the time of their last contact and their turn, and no time if they were never dialled with success', async () => {
    using folder = new TempFolder()
    const path = folder.file('known-peers.ndjson')
    const { log } = logged()
    await keepKnownPeers(path, log)([{ ...peer, contactedAtMs: 1_767_225_600_000.4, skipped: 3 }, { ...peer, failures: 0 }])

    const read = await readKnownPeers(path, log)

    assert.deepEqual(read.map(({ contactedAtMs, skipped }) => [contactedAtMs, skipped]), [[1_767_225_600_000, 3], [undefined, undefined]])
  })

  test('take at most 2 kB each, and no more than the file\'s limit: the first are kept, and the number of others is logged', async () => {
    using folder = new TempFolder()
    const path = folder.file('known-peers.ndjson')
    const { log, lines } = logged()
    const greedy = { ...peer, addresses: Array.from({ length: 128 }, () => new Uint8Array(512)) }
    await keepKnownPeers(path, log, 20_000)([peer, ...Array.from({ length: 100 }, () => greedy)])
    const kept = await readKnownPeers(path, log)

    assert.ok(statSync(path).size <= 20_000)
    assert.deepEqual([kept.length, kept[0]?.addresses.length, kept[1]?.addresses.length], [14, 1, 2])
    assert.match(lines.join(''), /"left":87,"kept":14/)
  })

  test('are empty without a file or a folder', async () => {
    using folder = new TempFolder()
    const { log } = logged()
    await keepKnownPeers(undefined, log)([peer])

    assert.deepEqual(await readKnownPeers(undefined, log), [])
    assert.deepEqual(await readKnownPeers(folder.file('none'), log), [])
  })

  test('are read without invalid lines, whose number is logged', async () => {
    using folder = new TempFolder()
    const path = folder.file('known-peers.ndjson')
    const { log, lines } = logged()
    await keepKnownPeers(path, log)([peer])
    appendFileSync(path, '{"id":"AAAA","addresses":[],"outcome":"ok","failures":0}\n{"id":"x\nnull\n')

    assert.equal((await readKnownPeers(path, log)).length, 1)
    assert.match(lines.join(''), /"unread":3/)
  })

  test('that cannot be saved are logged without an error; a folder that cannot be read is an error at the start', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('file'), '')
    const { log, lines } = logged()
    await keepKnownPeers(folder.file('file/known'), log)([peer])

    assert.match(lines.join(''), /could not be saved/)
    await assert.rejects(readKnownPeers(folder.path, log), { code: 'PP_CONFIG_INVALID', message: /^stateFolder: EISDIR/ })
  })
})
