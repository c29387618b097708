// The passive node's key: its peer id must stay the same over restarts, or other peers keep a dead one in their tables.
import { readFile } from 'node:fs/promises'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { errorText, ProbeError } from '../../core/errors.ts'
import { protectFile } from '../../core/files/private-file.ts'
import { writeFileAtomically } from '../../core/files/write-file-atomically.ts'
import type { PrivateKey } from '@libp2p/interface'

// An RSA key of 8,192 bits has some 4.7 kB.
const MAX_CHARS = 16_384

/**
 * Reads a private key from a file, base64 of libp2p's protobuf form (as in Kubo's `Identity.PrivKey`), and makes an
 * Ed25519 key where there is no file yet.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming the file, when it holds no key or cannot be read or written
 */
export async function loadIdentity (path: string): Promise<PrivateKey> {
  const text = await readText(path)

  if (text === undefined) {
    const key = await generateKeyPair('Ed25519')
    await writeKey(path, Buffer.from(privateKeyToProtobuf(key)).toString('base64'))

    return key
  }

  try {
    return privateKeyFromProtobuf(Buffer.from(text.trim().slice(0, MAX_CHARS), 'base64'))
  } catch (cause) {
    throw new ProbeError('PP_CONFIG_INVALID', `passive.identityFile: ${path} holds no private key (base64 of libp2p's form): remove it to get a new peer id`, { cause })
  }
}

async function readText (path: string): Promise<string | undefined> {
  try {
    protectFile(path)

    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw new ProbeError('PP_CONFIG_INVALID', `passive.identityFile: ${errorText(cause)}`, { cause })
  }
}

// A half-written key would be a new peer id.
async function writeKey (path: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(path, `${text}\n`)
  } catch (cause) {
    throw new ProbeError('PP_CONFIG_INVALID', `passive.identityFile: ${errorText(cause)}`, { cause })
  }
}
