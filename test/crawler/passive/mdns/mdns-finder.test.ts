import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defaultLogger } from '@libp2p/logger'
import { ANSWER_RATES, MAX_ADDRESSES, MdnsFinder, mdnsFinder } from '../../../../crawler/passive/mdns/mdns-finder.ts'
import { SERVICE } from '../../../../crawler/passive/mdns/mdns-records.ts'
import { formatPeerId } from '../../../../crawler/peer/peer-id-text.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { inventedId } from '../../../support/network/victim-attackers.ts'
import type { Answer } from '../../../../crawler/passive/mdns/mdns-finder.ts'

interface Found { id: string, addresses: number, source: string }

function rig (): { clock: FakeClock, finder: MdnsFinder, found: Found[] } {
  const clock = new FakeClock()
  const found: Found[] = []
  const finder = mdnsFinder('us', { clock, onFound: ({ id, multiaddrs }, source) => {
    found.push({ id: id.toString(), addresses: multiaddrs.length, source })
  } })({ addressManager: {} as never, logger: defaultLogger() })

  return { clock, finder, found }
}

/** An answer of a peer with this many addresses. */
function answer (id: string, count = 1, name = SERVICE): Answer {
  return {
    answers: [{ name, type: 'PTR', data: `them.${name}` }],
    additionals: Array.from({ length: count }, (_, i) => ({ name: `them.${name}`, type: 'TXT', data: [Buffer.from(`dnsaddr=/ip4/10.0.0.1/tcp/${String(i + 1)}/p2p/${id}`)] }))
  }
}

// Finding peers on a real network: test/system/mdns.test.ts.
suite('mdnsFinder', () => {
  test('reports found peers and the sender; ignores its own answers and other services', () => {
    const { finder, found } = rig()
    const id = formatPeerId(inventedId())
    finder.answered(answer(id), { address: '10.0.0.9' })
    finder.answered(answer(id, 1, '_ipp._tcp.local'), { address: '10.0.0.9' })
    finder.answered({ ...answer(id), answers: [{ name: SERVICE, type: 'PTR', data: `us.${SERVICE}` }] }, { address: '10.0.0.9' })

    assert.deepEqual(found, [{ id, addresses: 1, source: '10.0.0.9' }])
  })

  for (const [what, most, sourceOf] of [
    ['one neighbour', ANSWER_RATES.ip.burst, () => '10.0.0.9'],
    ['a link full of invented hosts', ANSWER_RATES.subnet.burst, (i: number) => `10.0.0.${String(i % 256)}`],
    ['everywhere', ANSWER_RATES.all.burst, (i: number) => `10.0.${String(i % 256)}.1`]
  ] as const) {
    test(`thousands of names from ${what} are not read`, async () => {
      const { clock, finder, found } = rig()
      const flood = (): void => {
        for (let i = 0; i < 5_000; i++) {
          finder.answered(answer(formatPeerId(inventedId())), { address: sourceOf(i) })
        }
      }
      flood()
      assert.equal(found.length, most)
      await clock.advance(1_000)
      flood()

      assert.equal(found.length, most + most / 16)
    })
  }

  test('an answer with too many records is read in part', () => {
    const { finder, found } = rig()
    finder.answered(answer(formatPeerId(inventedId()), 2_000), { address: '10.0.0.9' })

    assert.deepEqual(found.map(({ addresses }) => addresses), [MAX_ADDRESSES])
  })

  test('a library without the expected method is rejected', () => {
    assert.throws(() => new MdnsFinder(new EventTarget() as never, { clock: new FakeClock(), onFound: () => undefined }), TypeError)
  })
})
