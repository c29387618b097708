import { suite, test } from 'node:test'
import { encodeLine, HEADER } from '../../../crawler/client/stream/multistream.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { expectOutcome, KEY, playing } from '../../support/client/hostile-visits.ts'
import { honestPayload } from '../../support/client/noise-responder.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Socket } from 'node:net'
const noiseAgreed = concatBytes([HEADER, encodeLine('/noise')])
const other = createTestKey()

suite('a hostile peer, before the connection is secured', { concurrency: 8 }, () => {
  const cases: [string, (socket: Socket) => void, Outcome][] = [
    ['sends nothing', () => undefined, 'timeout'],
    ['sends an endless varint', socket => socket.write(new Uint8Array(500).fill(0xff)), 'protocol-error'],
    ['announces a line of 2 GB', socket => socket.write(concatBytes([HEADER, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7)])), 'protocol-error'],
    ['sends an HTTP response', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'protocol-error'],
    ['sends an SSH banner', socket => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'protocol-error'],
    ['sends megabytes of zeros', socket => socket.write(new Uint8Array(3_000_000)), 'protocol-error'],
    ['sends the multistream header forever', socket => socket.write(concatBytes(Array<Uint8Array>(1_000).fill(HEADER))), 'protocol-error'],
    ['agrees to Noise and sends nothing more', socket => socket.write(noiseAgreed), 'timeout'],
    ['announces the longest handshake message', socket => socket.write(concatBytes([noiseAgreed, Uint8Array.of(0xff, 0xff)])), 'protocol-error'],
    ['sends an empty handshake message', socket => socket.write(concatBytes([noiseAgreed, Uint8Array.of(0, 0)])), 'handshake-failed'],
    ['sends half a handshake message', socket => socket.write(concatBytes([noiseAgreed, Uint8Array.of(0, 200), new Uint8Array(100)])), 'timeout'],
    ['sends a handshake of zeros', socket => socket.write(concatBytes([noiseAgreed, Uint8Array.of(0, 200), new Uint8Array(200)])), 'handshake-failed'],
    ['sends a corrupted handshake', playing({ messageB: honest => honest.map((byte, i) => byte ^ i) }), 'handshake-failed'],
    ['signs another Noise key', playing({ payload: key => honestPayload(key, new Uint8Array(32)) }), 'handshake-failed'],
    ['sends the victim\'s key with its own signature', playing({ payload: (_, staticKey) => honestPayload({ ...KEY, sign: other.sign }, staticKey) }), 'handshake-failed'],
    ['is another peer', playing({ key: other }), 'peer-id-mismatch'],
    ['ends its side at once', socket => socket.end(), 'reset'],
    ['ends its side after agreeing to Noise', socket => socket.end(noiseAgreed), 'reset'],
    ['refuses Noise', socket => socket.end(concatBytes([HEADER, encodeLine('na')])), 'security-unsupported']
  ]

  for (const [name, onSocket, outcome] of cases) {
    test(`${name}: ${outcome}`, async () => {
      await expectOutcome(onSocket, outcome)
    })
  }
})
