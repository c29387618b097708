/** The lines of a stream of bytes, without their ends. One that is longer than `maxBytes` comes in pieces. */
export async function* textLines (chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)

  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])

    for (let end = endOf(rest, maxBytes); end >= 0; end = endOf(rest, maxBytes)) {
      yield rest.toString('utf8', 0, end)
      rest = rest.subarray(rest[end] === 0x0a ? end + 1 : end)
    }
  }

  if (rest.length > 0) {
    yield rest.toString('utf8')
  }
}

// Where the first line ends, or has to be cut; -1 where its end is still to come.
function endOf (bytes: Buffer, maxBytes: number): number {
  const end = bytes.subarray(0, maxBytes + 1).indexOf(0x0a)

  return end < 0 && bytes.length > maxBytes ? maxBytes : end
}
