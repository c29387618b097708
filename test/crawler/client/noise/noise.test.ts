import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parseNoisePayload } from '../../../../crawler/client/noise/noise-payload.ts'
import { createNoiseCredentials, NoiseInitiator } from '../../../../crawler/client/noise/noise.ts'
import { HostKey } from '../../../../crawler/peer/host-key.ts'
import { provenIdOf } from '../../../../crawler/peer/peer-fault.ts'
import { concatBytes } from '../../../../crawler/wire/bytes.ts'
import { ProtobufWriter } from '../../../../crawler/wire/protobuf.ts'
import { isFault, mayFault } from '../../../support/client/expect-fault.ts'
import { honestPayload, NoiseResponder } from '../../../support/client/noise-responder.ts'
import { createRsaKey, createTestKey, KEY_KINDS } from '../../../support/client/test-keys.ts'

const hostKey = HostKey.generate()
const credentials = createNoiseCredentials(hostKey, ['/yamux/1.0.0'])

/** Message B of a responder that sends `payload`, and both ends. */
function exchange (payloadOf: (staticKey: Uint8Array) => Uint8Array): { initiator: NoiseInitiator, responder: NoiseResponder, messageB: Uint8Array } {
  const initiator = new NoiseInitiator(credentials)
  const responder = new NoiseResponder()

  return { initiator, responder, messageB: responder.answer(initiator.messageA, payloadOf(responder.staticKey.publicKey)) }
}

suite('NoiseInitiator', () => {
  for (const kind of KEY_KINDS) {
    test(`completes a handshake with a peer that has an ${kind} key`, () => {
      const key = createTestKey(kind)
      const { initiator, responder, messageB } = exchange(staticKey => honestPayload(key, staticKey))
      const ours = initiator.readMessageB(messageB, key.id)
      const theirs = responder.finish(ours.messageC)

      assert.deepEqual(ours.remote.muxers, ['/yamux/1.0.0'])
      assert.deepEqual(Buffer.from(parseNoisePayload(theirs.payload).keyMessage), Buffer.from(hostKey.message))
      assert.deepEqual(Buffer.from(theirs.staticKey), Buffer.from(credentials.staticKey.publicKey))
      assert.deepEqual([...theirs.receive.open(ours.send.seal(Uint8Array.of(1))) ?? []], [1])
      assert.deepEqual([...ours.receive.open(theirs.send.seal(Uint8Array.of(2))) ?? []], [2])
    })
  }

  test('rejects another peer than the expected one, whatever key it has', () => {
    for (const kind of KEY_KINDS) {
      const key = createTestKey(kind)
      const { initiator, messageB } = exchange(staticKey => honestPayload(key, staticKey))

      assert.throws(() => initiator.readMessageB(messageB, createTestKey(kind).id), (err) => {
        assert.deepEqual(provenIdOf(err), Uint8Array.from(key.id))

        return isFault('peer-id-mismatch')(err)
      })
    }
  })

  test('rejects a signature of another Noise key', () => {
    const key = createTestKey()
    const { initiator, messageB } = exchange(() => honestPayload(key, new Uint8Array(32).fill(1)))

    assert.throws(() => initiator.readMessageB(messageB, key.id), isFault('handshake-failed'))
  })

  test('rejects a signature by another key', () => {
    const [victim, thief] = [createTestKey(), createTestKey()]
    const { initiator, messageB } = exchange(staticKey => honestPayload({ ...victim, sign: thief.sign }, staticKey))

    assert.throws(() => initiator.readMessageB(messageB, victim.id), isFault('handshake-failed'))
  })

  test('rejects a key that is too weak or of an unknown type', () => {
    const weak = createRsaKey(1_024)

    for (const key of [weak, { ...weak, message: Uint8Array.of(8, 9, 18, 1, 1) }]) {
      const { initiator, messageB } = exchange(staticKey => honestPayload(key, staticKey))
      assert.throws(() => initiator.readMessageB(messageB, weak.id), isFault('handshake-failed'))
    }
  })

  test('rejects a payload without key or signature', () => {
    const key = createTestKey()

    for (const payload of [new Uint8Array(0), new ProtobufWriter().bytes(1, key.message).finish(), Uint8Array.of(10, 99)]) {
      const { initiator, messageB } = exchange(() => payload)
      assert.throws(() => initiator.readMessageB(messageB, key.id), isFault('handshake-failed'))
    }
  })

  test('rejects a key exchange with an all-zero secret', () => {
    const { initiator, messageB } = exchange(() => new Uint8Array(0))
    const zeroEphemeral = concatBytes([new Uint8Array(32), messageB.subarray(32)])

    assert.throws(() => initiator.readMessageB(zeroEphemeral, hostKey.id), isFault('handshake-failed'))
  })

  test('rejects a message that is too short or has wrong tags', () => {
    const key = createTestKey()

    for (const at of [0, 40, 79, 80, 120, -1]) {
      const { initiator, messageB } = exchange(staticKey => honestPayload(key, staticKey))
      const changed = Uint8Array.from(messageB)
      const index = at < 0 ? changed.length + at : at
      changed[index] = (changed[index] ?? 0) ^ 1
      assert.throws(() => initiator.readMessageB(changed, key.id), isFault('handshake-failed'))
    }

    for (const length of [0, 31, 32, 95, 96]) {
      const { initiator, messageB } = exchange(staticKey => honestPayload(key, staticKey))
      assert.throws(() => initiator.readMessageB(messageB.subarray(0, length), key.id), isFault('handshake-failed'))
    }
  })

  test('throws only peer faults for arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 40 }), (message, id) => {
      mayFault(() => new NoiseInitiator(credentials).readMessageB(message, id))
    }), { numRuns: 200 })
  })

  test('throws only peer faults for arbitrary payloads', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
      const { initiator, messageB } = exchange(() => payload)
      mayFault(() => initiator.readMessageB(messageB, hostKey.id))
    }), { numRuns: 100 })
  })
})
