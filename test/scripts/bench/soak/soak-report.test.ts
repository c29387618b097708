import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { slopeOf } from '../../../../scripts/bench/soak/slope.ts'
import { fileTable, processTable } from '../../../../scripts/bench/soak/soak-report.ts'

const cells = (table: string): string[][] => table.split('\n').slice(2).map(line => line.split('|').map(cell => cell.trim()).filter(cell => cell !== ''))

suite('the slope of a line through points', () => {
  test('is exact where they lie on one', () => {
    const { slope, margin } = slopeOf([1, 2, 3, 7].map(x => ({ x, y: 5 - 2 * x })))

    assert.ok(Math.abs(slope + 2) < 1e-9 && margin < 1e-9)
  })

  test('has an interval that is as wide as the points scatter', () => {
    const points = Array.from({ length: 50 }, (_, x) => ({ x, y: x % 2 }))
    const { slope, margin } = slopeOf(points)

    assert.ok(Math.abs(slope) <= margin)
    assert.ok(Math.abs(slopeOf(points.map(({ x, y }) => ({ x, y: 10 * y }))).margin / margin - 10) < 1e-9)
    assert.ok(Number.isNaN(slopeOf(points.slice(0, 2)).margin))
  })
})

suite('the report of a soak', () => {
  test('compares memory and descriptors after the warm-up only', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ crawls: i + 1, rssMb: i < 20 ? 50 + i : 100 + i / 10, files: i < 20 ? 5 : 9 }))

    assert.deepEqual(cells(processTable(new Map([['crawler', samples]]))), [['crawler', '102', '110', '110', '+10.0 ± 0.0', '9']])
  })

  test('shows whether files grow in the second half', () => {
    const samples = [1, 2, 3, 4].map(n => ({ crawls: n, logMb: 3, databaseMb: n, dumpsMb: n === 2 ? 9 : 1, count: 7 }))

    assert.deepEqual(cells(fileTable(samples)), [
      ['message log, MB', '3.0', '3.0', '3.0'],
      ['database, MB', '3.0', '4.0', '4.0'],
      ['dumps, MB', '1.0', '1.0', '9.0'],
      ['number of files', '7', '7', '7']
    ])
  })
})
