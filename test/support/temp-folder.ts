import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for one test, removed with all that is in it when disposed. */
export class TempFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'peerprobe-test-'))

  file (name: string): string {
    return join(this.path, name)
  }

  [Symbol.dispose] (): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
