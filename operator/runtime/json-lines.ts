import { ProbeError } from '../../core/errors.ts'

// An object in etcd has at most 1.5 MiB, and an event contains one object.
const MAX_LINE_BYTES = 8 * 1_048_576

/** The JSON values of a stream of bytes, one on each line. @throws ProbeError `PP_KUBE_UNAVAILABLE` for a line that is too long or not JSON */
export async function* jsonLines (chunks: AsyncIterable<Buffer>): AsyncGenerator {
  let rest: Buffer = Buffer.alloc(0)

  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])

    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      const line = rest.subarray(0, end)
      rest = rest.subarray(end + 1)

      if (line.length > 0) {
        yield parse(line)
      }
    }
    if (rest.length > MAX_LINE_BYTES) {
      throw new ProbeError('PP_KUBE_UNAVAILABLE', `a line of more than ${String(MAX_LINE_BYTES)} bytes`)
    }
  }
}

function parse (line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch (err) {
    throw new ProbeError('PP_KUBE_UNAVAILABLE', 'a line of a watch is not JSON', { cause: err })
  }
}
