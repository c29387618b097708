// The passive node's key. Its peer id must survive restarts, or other peers keep a dead id in their routing tables.
import { readFile } from 'node:fs/promises'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { errorText, ProbeError } from '../../core/errors.ts'
import { protectFile } from '../../core/files/private-file.ts'
import { writeFileAtomically } from '../../core/files/write-file-atomically.ts'
import type { PrivateKey } from '@libp2p/interface'

// An RSA key of 8,192 bits takes about 4.7 kB.
const MAX_CHARS = 16_384

/**
 * Reads a private key from a file, as base64 of libp2p's protobuf form (as in Kubo's `Identity.PrivKey`). Creates a
 * file with an Ed25519 key if there is none yet.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with the file's path if it contains no key, or cannot be read or written
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
    throw new ProbeError('PP_CONFIG_INVALID', `passive.identityFile: ${path} contains no private key (base64 of libp2p's protobuf form): remove the file to get a new peer id`, { cause })
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

// Atomic, since a half-written key would mean a new peer id.
async function writeKey (path: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(path, `${text}\n`)
  } catch (cause) {
    throw new ProbeError('PP_CONFIG_INVALID', `passive.identityFile: ${errorText(cause)}`, { cause })
  }
}
