import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { slopeOf } from '../../../../scripts/bench/soak/slope.ts'
import { fileTable, processTable } from '../../../../scripts/bench/soak/soak-report.ts'
import { randomOf } from '../../../support/network/simulated-network-random.ts'

const cells = (table: string): string[][] => table.split('\n').slice(2).map(line => line.split('|').map(cell => cell.trim()).filter(cell => cell !== ''))

suite('the slope of a line through points', () => {
  test('is exact where they lie on one', () => {
    const { slope, margin } = slopeOf([1, 2, 3, 7].map(x => ({ x, y: 5 - 2 * x })))

    assert.ok(Math.abs(slope + 2) < 1e-9 && margin < 1e-9)
  })

  test('has an interval that contains the truth about as often as it says', () => {
    const random = randomOf(7)
    const covered = Array.from({ length: 60 }, () => slopeOf(Array.from({ length: 100 }, (_, x) => ({ x, y: 3 * x + random() }))))
      .filter(({ slope, margin }) => Math.abs(slope - 3) <= margin).length

    assert.ok(covered >= 50 && covered <= 60, String(covered))
  })

  test('has a wider interval where each point depends on the one before', () => {
    const random = randomOf(7)
    const noise = Array.from({ length: 200 }, () => random() - 0.5)
    const independent = noise.map((y, x) => ({ x, y }))
    let level = 0
    const dependent = noise.map((step, x) => {
      level = 0.9 * level + step * Math.sqrt(1 - 0.9 ** 2) // of the same variance

      return { x, y: level }
    })

    assert.ok(slopeOf(dependent).margin > 2 * slopeOf(independent).margin)
    assert.ok(Number.isNaN(slopeOf(dependent.slice(0, 2)).margin))
  })
})

suite('the report of a soak', () => {
  test('compares memory and descriptors after the warm-up only', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ crawls: i + 1, memoryMb: i < 20 ? 50 + i : 100 + i / 10, files: i < 20 ? 5 : 9 }))

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

  test('has only the files that were measured', () => {
    assert.deepEqual(cells(fileTable([{ crawls: 1, dumpsMb: 1, count: 7 }, { crawls: 2, dumpsMb: 2, count: 8 }])), [['dumps, MB', '2.0', '2.0', '2.0'], ['number of files', '8', '8', '8']])
  })
})
