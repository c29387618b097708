import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { cacheFolder } from '../../files/cache-folder.ts'

const SOURCES = fileURLToPath(new URL('.', import.meta.url))

/** Whether this machine has Go, which the Go devnet needs. */
export async function hasGo (): Promise<boolean> {
  try {
    await promisify(execFile)('go', ['version'])
    return true
  } catch {
    return false // not found or not working: the same for the caller
  }
}

/**
 * Builds the Go devnet if needed and returns the path of the program. The first build takes minutes. The
 * program is kept in the user's cache folder under a hash of its sources, for all checkouts.
 *
 * @throws ProbeError `PP_DEVNET_FAILED` when there is no Go or it does not build
 */
export async function buildGoDevnet (signal: AbortSignal): Promise<string> {
  const folder = join(cacheFolder(), 'go-devnet', sourceHash())
  const program = join(folder, 'go-devnet')

  if (existsSync(program)) {
    return program
  }
  if (!await hasGo()) {
    throw new ProbeError('PP_DEVNET_FAILED', 'the Go devnet needs Go 1.26 or later on the PATH: install it, or leave --devnet out for the one of js-libp2p peers')
  }

  mkdirSync(folder, { recursive: true })
  const unfinished = `${program}.${String(process.pid)}`

  try {
    await promisify(execFile)('go', ['build', '-o', unfinished, '.'], { cwd: SOURCES, signal })
  } catch (err) {
    signal.throwIfAborted()
    throw new ProbeError('PP_DEVNET_FAILED', `the Go devnet does not build: ${errorText(err)}`, { cause: err })
  }

  renameSync(unfinished, program)
  return program
}

function sourceHash (): string {
  const hash = createHash('sha256')

  for (const name of globSync('{*.go,go.mod,go.sum}', { cwd: SOURCES }).sort()) {
    hash.update(name).update(readFileSync(join(SOURCES, name)))
  }
  return hash.digest('hex').slice(0, 16)
}
