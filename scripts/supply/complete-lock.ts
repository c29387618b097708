/**
 * `npm run lock:complete`: adds the checksums that package-lock.json lacks, from the registry. npm leaves them out for binaries
 * of other platforms that the registry did not serve at that time. Exits 1 while some are missing.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { completeLock } from './lock-checksums.ts'

const file = new URL('../../package-lock.json', import.meta.url)

const { text, added, missing } = completeLock(readFileSync(file, 'utf8'), (name, version) => {
  try {
    return execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  } catch (err) {
    process.stderr.write(`${name}@${version}: ${((err as { stderr?: string }).stderr ?? '').includes('E404') ? 'the registry does not serve it' : String(err)}\n`)

    return undefined
  }
})

if (added.length > 0) {
  writeFileSync(file, text)
}

process.stdout.write(`${String(added.length)} checksums added, ${String(missing.length)} missing\n`)
process.exitCode = missing.length === 0 ? 0 : 1
