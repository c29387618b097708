import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { outcomeOfFault } from '../../../crawler/peer/peer-fault.ts'
import { dialFault } from '../../support/reference/dial-fault.ts'

function encryptionFailed (text: string): Error {
  return Object.assign(new Error(text), { name: 'EncryptionFailedError' })
}

suite('dialFault', () => {
  for (const [stage, text, outcome] of [
    ['secure', 'Protocol selection failed - could not negotiate /noise', 'security-unsupported'],
    ['secure', 'Early muxer negotiation was requested but the initiator and responder had no common muxers', 'no-muxer'],
    ['secure', 'read ECONNRESET', 'reset'],
    ['secure', 'Unexpected EOF - stream closed after reading 0/1 bytes', 'reset'],
    ['secure', 'TCP transmission error', 'reset'],
    ['secure', 'Encryption failed', 'reset'],
    ['secure', 'Missing newline', 'protocol-error'],
    ['secure', 'Message length too long - 5000 > 1024', 'protocol-error'],
    ['secure', 'ChaCha20Poly1305 decryption failed', 'handshake-failed'],
    ['multiplex', 'UnsupportedProtocolError: Protocol selection failed - could not negotiate /yamux/1.0.0', 'no-muxer'],
    ['multiplex', 'StreamResetError: The stream was reset', 'reset'],
    ['multiplex', 'Error: who knows', 'protocol-error'],
    ['connect', 'who knows', 'unknown']
  ] as const) {
    test(`"${text}" in stage ${stage} is ${outcome}`, () => {
      const fault = dialFault(encryptionFailed(text), stage)

      assert.equal(outcomeOfFault(fault), outcome)
      assert.equal((fault.cause as Error).message, text)
    })
  }

  test('a code decides in every stage', () => {
    const refused = Object.assign(new Error('connection error 127.0.0.1:1: connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

    assert.equal(outcomeOfFault(dialFault(refused, 'connect')), 'refused')
    assert.equal(outcomeOfFault(dialFault(refused, 'secure')), 'refused')
  })
})
