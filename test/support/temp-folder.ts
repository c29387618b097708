import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder for one test, removed with its contents when disposed. */
export class TempFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'peerprobe-test-'))

  file (name: string): string {
    return join(this.path, name)
  }

  [Symbol.dispose] (): void {
    // A process that was killed may still write its last file.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}
