import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { publicStatus, publicWords } from '../../../core/admin/public-words.ts'
import { ERRORS } from '../../../core/errors.ts'

const SECRET = 'connect ECONNREFUSED 10.1.2.3:9092 kafka-0.kafka.internal user scanner'

suite('public words', () => {
  test('no word of a failure is shown, of whatever code', () => {
    for (const code of [...Object.keys(ERRORS), 'UNEXPECTED', '', 'PP_STORE_AUTH ']) {
      const words = publicWords({ code })

      assert.match(words, /The log of the process says/)
      assert.doesNotMatch(words, /10\.1\.2\.3|kafka-0|scanner/)
    }
  })

  test('reasons at any depth have public words, names are withheld, and figures stay', () => {
    const told = publicStatus({
      topic: 'internal.peers',
      group: 'internal-consumers',
      consumed: 7,
      lag: { total: 3, partitions: { 0: 3 }, at: 'now' },
      outage: { code: 'PP_STORE_UNAVAILABLE', message: SECRET, since: 'now' },
      publisher: { lost: 0, outage: { code: 'UNEXPECTED', message: SECRET } },
      warnings: [{ code: 'PP_OTHER_PROTOCOLS', message: SECRET }, { message: SECRET }],
      dump: null
    })

    assert.deepEqual(told, {
      consumed: 7,
      lag: { total: 3, partitions: { 0: 3 }, at: 'now' },
      outage: { code: 'PP_STORE_UNAVAILABLE', message: `${ERRORS.PP_STORE_UNAVAILABLE.summary} ${ERRORS.PP_STORE_UNAVAILABLE.action} The log of the process says more.`, since: 'now' },
      publisher: { lost: 0, outage: { code: 'UNEXPECTED', message: 'The log of the process says why.' } },
      warnings: [{ code: 'PP_OTHER_PROTOCOLS', message: `${ERRORS.PP_OTHER_PROTOCOLS.summary} ${ERRORS.PP_OTHER_PROTOCOLS.action} The log of the process says more.` }, { message: 'The log of the process says why.' }],
      dump: null
    })
  })
})
