import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../../core/errors.ts'
import { FEWEST_PROCESSES, filesOf, MOST_PROCESSES, openFilesLimit, OTHER_FILES, processesFor } from '../../../../scripts/bench/virtual-network/open-files.ts'

suite('the open files of a virtual network', () => {
  test('are one for each listening peer, three for each that drops packets, none for each that refuses', () => {
    assert.equal(filesOf([{ role: 'alive' }, { role: 'slow' }, { role: 'silent' }, { role: 'black-hole' }, { role: 'refused' }]), 6)
  })

  test('have the limit of the system, or none', () => {
    const limits = (hard: string): string => [
      'Limit                     Soft Limit           Hard Limit           Units',
      `Max open files            1024                 ${hard.padEnd(20)} files`,
      'Max locked memory         1                    2                    bytes'
    ].join('\n')

    assert.deepEqual([openFilesLimit(limits('20000')), openFilesLimit(limits('unlimited')), openFilesLimit('')], [20_000, Infinity, Infinity])
    assert.ok(openFilesLimit() > 0)
  })

  test('are spread over as many processes as the limit requires', () => {
    assert.deepEqual([processesFor(10_000, 1_048_576), processesFor(10_000, Infinity), processesFor(40_000, 20_000)], [FEWEST_PROCESSES, FEWEST_PROCESSES, 3])
    assert.equal(processesFor(MOST_PROCESSES * 1_000, 1_000 + OTHER_FILES), MOST_PROCESSES)
  })

  test('are refused if too many, with the limit and a sufficient limit', () => {
    const refused = (limit: number) => (err: unknown): boolean => {
      assert.ok(isProbeError(err, 'PP_DEVNET_FAILED'))
      assert.match(err.message, new RegExp(`need 40000 open files, and a process may open ${String(limit)}: allow 5000 \\(ulimit -n 5000, .*--peers`))

      return true
    }

    assert.throws(() => processesFor(40_000, 4_096), refused(4_096))
    assert.throws(() => processesFor(40_000, 1_024), refused(1_024))
    assert.equal(processesFor(40_000, 5_000), MOST_PROCESSES)
  })
})
