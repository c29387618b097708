import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { unseenPeers } from '../../../../crawler/engine/coverage/unseen-peers.ts'

/** Expected numbers of peers by mentions, if each stands in so many tables. */
function expected (peers: number, tables: number, asked: number): number[] {
  const chances = [(1 - asked) ** tables]

  for (let mentions = 1; mentions <= tables; mentions++) {
    chances.push((chances[mentions - 1] ?? 0) * (tables - mentions + 1) / mentions * asked / (1 - asked))
  }

  return chances.map((chance, mentions) => mentions === 0 ? 0 : Math.round(peers * chance))
}

suite('unseenPeers', () => {
  test('contains the number of unseen peers, whichever number of tables the peers stand in', () => {
    for (const tables of [2, 3, 5, 10, 20, 50]) {
      const truth = 1_000 * (1 - 0.1) ** tables
      const { low, likely, high } = unseenPeers(expected(1_000, tables, 0.1), 0.1)

      assert.ok(low <= truth && truth <= high, `${String(tables)}: ${[low, truth, high].join()}`)
      assert.ok(low <= likely && likely <= high)
    }
  })

  test('contains it for a mixture of peers in few and in many tables', () => {
    const [few, many] = [expected(300, 3, 0.1), expected(300, 20, 0.1)]
    const truth = 300 * 0.9 ** 3 + 300 * 0.9 ** 20
    const { low, high } = unseenPeers(many.map((count, i) => count + (few[i] ?? 0)), 0.1)

    assert.ok(low <= truth && truth <= high, [low, truth, high].join())
  })

  test('is zero with a small upper bound where no weakly known peer was mentioned', () => {
    assert.deepEqual(unseenPeers([], 1), { likely: 0, low: 0, high: 0 })
    const { likely, low, high } = unseenPeers([0, 0, 0], 0.1)

    assert.deepEqual([likely, low], [0, 0])
    assert.ok(high > 0 && high < 20, String(high))
  })

  test('is the smaller, the larger the share that was asked for', () => {
    const highs = [0.06, 0.12, 0.3, 0.9, 1].map(asked => unseenPeers([0, 20, 5, 1], asked).high)

    assert.deepEqual(highs, highs.toSorted((a, b) => b - a))
    assert.equal(highs.at(-1), 0)
  })

  test('counts peers with very many mentions as one group, and stays finite for tens of thousands of peers', () => {
    const many = Array.from({ length: 500 }, (_, mentions) => mentions === 0 ? 0 : 100)
    const { likely, high } = unseenPeers(many, 0.0645)

    assert.ok(Number.isFinite(likely) && Number.isFinite(high) && high < 50_000)
  })
})
