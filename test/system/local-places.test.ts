import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { LocalRun } from '../support/local-run.ts'
import { mmdb } from '../support/places/mmdb.ts'
import { TempFolder } from '../support/temp-folder.ts'

const PLACE = { country: 'CH', asn: 24940, organisation: '=Lab "Online" GmbH', cloud: 'Hetzner' }

const RECORD = { country: { iso_code: PLACE.country }, autonomous_system_number: PLACE.asn, autonomous_system_organization: PLACE.organisation }

suite('peerprobe run --places', () => {
  test('stores the place of every peer that was contacted, counts it, and names the file', async () => {
    using data = new TempFolder()
    using places = new TempFolder()
    writeFileSync(places.file('lab.mmdb'), mmdb({ type: 'Lab', networks: {
      '127.0.0.0/8': RECORD,
      '::1/128': RECORD
    } }))
    writeFileSync(places.file('broken.mmdb'), 'half written')
    await using run = new LocalRun(['--once', '--data', data.path, '--places', places.path], { cwd: data.path })
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 0, stderr)
    using database = new DatabaseSync(data.file('peerprobe.sqlite'), { readOnly: true })
    const rows = (sql: string): unknown[] => database.prepare(sql).all().map(row => ({ ...row }))
    const contacted = rows('SELECT transport, country, asn, organisation, cloud, place_source FROM visit_detail WHERE transport IS NOT NULL') as { transport: string }[]
    const direct = contacted.filter(({ transport }) => transport !== 'relay')

    assert.ok(direct.length > 10)
    assert.deepEqual(direct, direct.map(({ transport }) => ({ transport, ...PLACE, place_source: 'Lab 2026-11-28' })))
    assert.deepEqual(rows('SELECT COUNT(*) AS failed FROM visit_detail WHERE transport IS NULL AND country IS NOT NULL'), [{ failed: 0 }])
    assert.deepEqual(rows('SELECT DISTINCT country, asn, organisation, cloud FROM node_info WHERE placed_at IS NOT NULL'), [PLACE])
    const counted = rows('SELECT value FROM crawl_aggregate WHERE dimension IN (\'country\', \'as_number\', \'cloud\') AND is_other = 0 AND value != \'unknown\'')
    assert.deepEqual(counted.map(row => (row as { value: string }).value).sort(), ['AS24940', 'CH', 'Hetzner'])
    assert.match(stdout, /Countries\n {2}CH +\d+/)
    assert.match(stdout, /Clouds\n {2}Hetzner +\d+/)
    assert.match(stdout, /Places by Lab 2026-11-28/)
  })

  test('refuses a folder that is not there before anything starts', async () => {
    using data = new TempFolder()
    await using run = new LocalRun(['--once', '--data', data.path, '--places', data.file('nowhere')], { cwd: data.path })
    const { code, stderr } = await run.ended

    assert.notEqual(code, 0)
    assert.match(stderr, /--places: ENOENT.*\(PP_CONFIG_INVALID\)/)
  })
})
