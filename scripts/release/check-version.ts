/**
 * `node scripts/release/check-version.ts vX.Y.Z`: checks that a tag equals the version of everything in a release. Exits 1 and lists
 * the differences.
 */
import { readFileSync } from 'node:fs'
import { releaseFaults } from './release-faults.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const faults = releaseFaults(process.argv[2] ?? '', { manifest: read('package.json'), chart: read('helm/peerprobe/Chart.yaml'), changelog: read('CHANGELOG.md') })

faults.forEach((fault) => {
  process.stderr.write(`${fault}\n`)
})
process.exitCode = faults.length === 0 ? 0 : 1
