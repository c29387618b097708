import { HostKey } from '../../crawler/fast/host-key.ts'
import { agree, generateX25519, importX25519 } from '../../crawler/fast/x25519.ts'
import { parsePublicKey } from '../../crawler/wire/public-key.ts'

const REPETITIONS = 200
const MESSAGE = new Uint8Array(56)

/**
 * CPU time, in milliseconds, of the asymmetric cryptography of one Noise handshake: a fresh key, three
 * agreements, one Ed25519 signature verified. No visit costs less, and OpenSSL does all of it, so that
 * it tells how fast the machine was while it measured, and how much of a visit is ours.
 */
export function handshakeCpuMs (): number {
  const host = HostKey.generate()
  const signature = host.sign(MESSAGE)
  const verifier = parsePublicKey(host.message)
  const theirs = importX25519(generateX25519().publicKey)
  const before = cpuMs()

  for (let i = 0; i < REPETITIONS; i++) {
    const ours = generateX25519()
    agree(ours, theirs)
    agree(ours, theirs)
    agree(ours, theirs)
    verifier?.verify(MESSAGE, signature)
  }

  return (cpuMs() - before) / REPETITIONS
}

/** CPU time of this process since its start, in milliseconds. */
export function cpuMs (): number {
  const { user, system } = process.cpuUsage()

  return (user + system) / 1_000
}
