import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Command } from 'commander'
import { terminalColumns } from '../../../cli/output/terminal-columns.ts'
import { filterOf, withFilters } from '../../../cli/read/filter-options.ts'
import { pointInTime } from '../../../cli/read/time-option.ts'
import { RECORD_KIND_NAMES, RECORD_KINDS } from '../../../consumer/records/record-kinds.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { FilterOptions } from '../../../cli/read/filter-options.ts'

suite('the filters of a command', () => {
  test('are those that the kind of record knows', () => {
    for (const kind of RECORD_KIND_NAMES) {
      assert.equal(withFilters(new Command('x'), kind).options.length, Object.keys(RECORD_KINDS[kind].filters).length)
    }
    const parsed = withFilters(new Command('x'), 'visits').parse(['--scan', 's', '--crawl', '7', '--since', '2026-01-01'], { from: 'user' }).opts<FilterOptions>()
    assert.deepEqual(filterOf(parsed), { scan: 's', crawlId: 7, sinceMs: Date.UTC(2026, 0, 1) })
  })

  test('read countries, autonomous systems and clouds as people write them', () => {
    const parse = (...args: string[]): unknown => filterOf(withFilters(new Command('x'), 'nodes').exitOverride().configureOutput({ writeErr: () => undefined }).parse(args, { from: 'user' }).opts<FilterOptions>())

    assert.deepEqual(parse('--country', 'de', '--as', 'AS13335', '--cloud', 'Hetzner'), { country: 'DE', asn: 13335, cloud: 'Hetzner' })
    assert.deepEqual(parse('--country', 'Unknown', '--as', '24940'), { country: 'unknown', asn: 24940 })

    for (const [option, value, reason] of [['--country', 'Germany', /two letters/], ['--country', '', /two letters/], ['--as', 'AS', /whole number/], ['--as', '0', /whole number/], ['--as', 'AS4294967296', /whole number/], ['--cloud', ' ', /empty/]] as const) {
      assert.throws(() => parse(option, value), reason, value)
    }
  })

  test('read points in time, none without its zone', () => {
    assert.equal(pointInTime('2026-01-31T08:00+01:00'), Date.UTC(2026, 0, 31, 7))
    const before = systemClock.now()
    const anHourAgo = pointInTime('1h')
    assert.ok(anHourAgo >= before - 3_600_000 && anHourAgo <= systemClock.now() - 3_600_000)
    for (const text of ['2026-01-31T08:00:00', 'now', '', '2026-13-01', '-1h']) {
      assert.throws(() => pointInTime(text), /must be a time/, text)
    }
  })
})

test('the width of the output is that of the terminal, 80 where it does not say, and 160 in a file', () => {
  const widths = [{ isTTY: true, columns: 101 }, { isTTY: true, columns: 0 }, { isTTY: false, columns: 0 }].map(terminalColumns)

  assert.deepEqual(widths, [101, 80, 160])
})
