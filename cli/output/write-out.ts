import { once } from 'node:events'
import type { Writable } from 'node:stream'

/**
 * Writes to standard output and waits while its reader is slower, so that a long listing takes no memory.
 *
 * @throws the signal's reason when the command is stopped meanwhile, for example because nobody reads its output any more
 */
export async function writeOut (text: string, signal: AbortSignal, out: Writable = process.stdout): Promise<void> {
  signal.throwIfAborted()

  if (!out.write(text)) {
    await once(out, 'drain', { signal })
  }
}
