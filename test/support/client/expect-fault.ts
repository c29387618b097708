import { outcomeOfFault } from '../../../crawler/peer/peer-fault.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'

/** Whether an error is a peer fault with this outcome: for `assert.throws` and `assert.rejects`. */
export function isFault (outcome: Outcome): (err: unknown) => boolean {
  return err => outcomeOfFault(err) === outcome
}

/** Runs `read` on hostile bytes: it may throw a peer fault, and nothing else. */
export function mayFault (read: () => void): void {
  try {
    read()
  } catch (err) {
    if (outcomeOfFault(err) === undefined) {
      throw err
    }
  }
}

/** `bytes` in pieces of `size`. */
export function piecesOf (bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size))
}
