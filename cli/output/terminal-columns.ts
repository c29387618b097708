/** Some terminals do not report their width. */
const PLAIN = 80

/** A file or a pipe has no width. */
const FILE = 160

/** Width of standard output, in characters. */
export function terminalColumns ({ isTTY, columns }: { isTTY: boolean, columns: number } = process.stdout): number {
  return isTTY ? columns > 0 ? columns : PLAIN : FILE
}
