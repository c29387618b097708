import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { checkBootstrap } from '../../../crawler/bootstrap/check-bootstrap.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
const ADDRESSES = { policy: 'Public', deny: [] } as const
const STAR = `/dns4/star.example/tcp/443/wss/p2p-webrtc-star/p2p/${ID}`

function warningsOf (texts: readonly string[]): unknown[] {
  const warned: unknown[] = []
  checkBootstrap(texts, { ...ADDRESSES, deny: [] }, { warn: (fields: unknown) => {
    warned.push(fields)
  } } as never)

  return warned
}

suite('checkBootstrap', () => {
  test('warns about entries that can never be dialled, with their reasons, and allows the others', () => {
    assert.deepEqual(warningsOf(['/dnsaddr/boot.example']), [])
    const [warned] = warningsOf([STAR, '/dnsaddr/boot.example']) as { problems: string[] }[]
    assert.equal(warned?.problems.length, 1)
    assert.match(warned.problems[0]!, /star\.example.*: p2p-webrtc-star is not supported/)
  })

  test('ends a crawler without any other entry, with the reason of each', () => {
    assert.throws(() => warningsOf([STAR, `/ip4/10.0.0.1/tcp/1/p2p/${ID}`]), {
      code: 'PP_CONFIG_INVALID',
      message: /^network\.bootstrapPeers: none can ever be dialled: \/dns4\/star.* is not supported .*; \/ip4\/10\.0\.0\.1.* forbids 10\.0\.0\.1$/
    })
  })

  test('lists twenty and counts the others', () => {
    assert.throws(() => warningsOf(Array.from({ length: 64 }, (_, i) => `/ip4/10.0.0.${String(i)}/tcp/1/p2p/${ID}`)), ({ message }: Error) => {
      assert.equal(message.split('; ').length, 21)
      return message.endsWith('; and 44 more')
    })
  })
})
