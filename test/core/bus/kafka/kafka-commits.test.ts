import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KafkaCommits } from '../../../../core/bus/kafka/kafka-commits.ts'
import type { Offsets } from 'kafkajs'

interface Rig { commits: KafkaCommits, sent: string[], refused: unknown[], fail: (...errors: Error[]) => void, send: (offsets: Offsets) => Promise<void> }

const trouble = (): Error => new Error('no connection')
const lost = (): Error => Object.assign(new Error('unknown member'), { type: 'UNKNOWN_MEMBER_ID' })

function rig (): Rig {
  const sent: string[] = []
  const refused: unknown[] = []
  const failures: Error[] = []
  const commits = new KafkaCommits({ topic: 'visits', onRefused: err => refused.push(err) })
  const send = async ({ topics }: Offsets): Promise<void> => {
    const { partition, offset } = topics[0]!.partitions[0]!
    await Promise.resolve()
    const failure = failures.shift()
    if (failure !== undefined) {
      throw failure
    }
    sent.push(`${topics[0]!.topic}/${String(partition)}@${offset}`)
  }

  return { commits, sent, refused, send, fail: (...errors) => failures.push(...errors) }
}

suite('KafkaCommits', () => {
  test('commits what is asked for, partition by partition', async () => {
    const { commits, sent, send } = rig()
    commits.began(0, 0, send)
    commits.began(1, 50, send)

    assert.equal(await commits.commit(0, 4), true)
    assert.equal(await commits.commit(1, 60), true)
    assert.deepEqual(sent, ['visits/0@4', 'visits/1@60'])
  })

  test('never moves back: below where reading began, or what was committed, is no request', async () => {
    const { commits, sent, send } = rig()
    commits.began(0, 10, send)
    const results = await Promise.all([commits.commit(0, 9), commits.commit(0, 20), commits.commit(0, 15), commits.commit(0, 20)])

    assert.deepEqual(results, [true, true, true, true])
    assert.deepEqual(sent, ['visits/0@20'])
  })

  test('starts again where the log begins below what was committed: it was recreated', async () => {
    const { commits, sent, send } = rig()
    commits.began(0, 1_000, send)
    await commits.commit(0, 1_200)
    commits.began(0, 0, send)
    await commits.commit(0, 10)

    assert.deepEqual(sent, ['visits/0@1200', 'visits/0@10'])
  })

  test('tries again where a request did not get through', async () => {
    const { commits, sent, refused, send, fail } = rig()
    commits.began(0, 0, send)
    fail(trouble(), trouble())

    assert.equal(await commits.commit(0, 4), true)
    assert.deepEqual([sent, refused], [['visits/0@4'], []])
  })

  test('gives up after three tries, and at once when the group has moved on; then nothing more is sent until the partitions are assigned again', async () => {
    for (const errors of [[trouble(), trouble(), trouble()], [lost()]]) {
      const { commits, sent, refused, send, fail } = rig()
      commits.began(0, 0, send)
      fail(...errors)

      assert.deepEqual(await Promise.all([commits.commit(0, 4), commits.commit(0, 5)]), [false, false])
      assert.equal(refused.length, 1)
      assert.deepEqual(sent, [])
      commits.reset()
      commits.began(0, 0, send)
      assert.equal(await commits.commit(0, 4), true)
    }
  })

  test('refuses a commit before anything was handed out', async () => {
    await assert.rejects(rig().commits.commit(0, 1), TypeError)
  })
})
