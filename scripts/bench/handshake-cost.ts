import { diffieHellman, generateKeyPairSync, sign, verify } from 'node:crypto'

const REPETITIONS = 200
const AGREEMENTS = 3
const MESSAGE = new Uint8Array(56)

/**
 * CPU time, in milliseconds, of the asymmetric cryptography of one Noise handshake: a fresh key, three
 * agreements, one Ed25519 signature verified. OpenSSL does all of it, whatever visits use, so that it
 * tells how fast the machine was while it measured.
 */
export function handshakeCpuMs (): number {
  const host = generateKeyPairSync('ed25519')
  const signature = sign(null, MESSAGE, host.privateKey)
  const { publicKey } = generateKeyPairSync('x25519')
  const before = cpuMs()

  for (let i = 0; i < REPETITIONS; i++) {
    const { privateKey } = generateKeyPairSync('x25519')

    for (let agreements = 0; agreements < AGREEMENTS; agreements++) {
      diffieHellman({ privateKey, publicKey })
    }

    verify(null, MESSAGE, host.publicKey, signature)
  }

  return (cpuMs() - before) / REPETITIONS
}

/** CPU time of this process since its start, in milliseconds. */
export function cpuMs (): number {
  const { user, system } = process.cpuUsage()

  return (user + system) / 1_000
}
