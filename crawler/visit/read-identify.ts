import { concatBytes } from '../wire/bytes.ts'
import { MAX_IDENTIFY_BYTES } from '../wire/identify-message.ts'
import { peerFault } from './peer-fault.ts'
import type { QueryStream } from './session.ts'

/** All bytes of an identify stream, until the remote ends it. @throws PP_PEER_FAULT `protocol-error` for too many */
export async function readIdentify (stream: Pick<QueryStream, 'read'>, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0

  for (let bytes = await stream.read(signal); bytes !== undefined; bytes = await stream.read(signal)) {
    parts.push(bytes)
    size += bytes.length

    if (size > MAX_IDENTIFY_BYTES) {
      throw peerFault('protocol-error', 'the remote identifies itself at too great length')
    }
  }

  return concatBytes(parts)
}
