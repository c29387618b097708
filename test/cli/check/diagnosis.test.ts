import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { diagnose } from '../../../cli/check/diagnosis.ts'
import { isContacted, OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import type { CheckedAddress } from '../../../cli/check/checked-address.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'

const at = (transport: string, outcome: Outcome, extra: Partial<CheckedAddress> = {}): CheckedAddress => ({
  address: `/${transport}`,
  transport,
  outcome,
  stages: [{ stage: 'resolve', outcome: 'ok' }, { stage: 'dial', outcome: isContacted(outcome) ? 'ok' : outcome }],
  ...extra
})

suite('diagnose', () => {
  test('has a sentence and advice for every outcome', () => {
    for (const outcome of OUTCOME_NAMES) {
      const { isReachable, says, advice } = diagnose([at('tcp', outcome)], 'Public')

      assert.equal(isReachable, isContacted(outcome), outcome)
      assert.ok(says.length > 10 && !says.endsWith('..'), outcome)
      assert.ok(advice.endsWith('.'), outcome)
    }
  })

  test('finds the one cause among several addresses', () => {
    const table: [CheckedAddress[], string][] = [
      [[], 'no-dialable-address'],
      [[at('tcp', 'filtered'), at('quic-v1', 'filtered')], 'private-only'],
      [[at('tcp', 'filtered'), at('tcp', 'refused')], 'refused'],
      [[at('tcp', 'timeout'), at('quic-v1', 'timeout')], 'timeout'],
      [[at('tcp', 'timeout', { stages: [{ stage: 'dial', outcome: 'ok' }, { stage: 'secure', outcome: 'timeout' }] })], 'mute'],
      [[at('tcp', 'timeout'), at('quic-v1', 'ok')], 'tcp-filtered'],
      [[at('tcp', 'ok'), at('quic-v1', 'timeout')], 'quic-filtered'],
      [[at('tcp', 'ok'), at('quic-v1', 'ok')], 'reachable'],
      [[at('tcp', 'ok'), at('tcp', 'refused')], 'reachable'],
      [[at('tcp', 'refused'), at('relay', 'ok')], 'relay-only'],
      [[at('tcp', 'refused'), at('ws', 'peer-id-mismatch')], 'peer-id-mismatch'],
      [[at('tcp', 'rpc-failed')], 'rpc-failed'],
      [[at('tcp', 'identified', { protocols: ['/ipfs/lan/kad/1.0.0', '/ipfs/id/1.0.0'] })], 'lan-only'],
      [[at('tcp', 'identified', { protocols: ['/fil/kad/testnetnet/kad/1.0.0'] })], 'other-network'],
      [[at('tcp', 'identified', { protocols: ['/ipfs/id/1.0.0'] })], 'dht-client'],
      [[at('tcp', 'connected')], 'connected']
    ]

    for (const [addresses, cause] of table) {
      assert.equal(diagnose(addresses, 'Public').cause, cause)
    }
    assert.equal(diagnose([at('tcp', 'filtered')], 'Private').cause, 'filtered')
  })
})
