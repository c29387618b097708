/**
 * `npm run audit:packages`: checks licences and withdrawn packages in the lock file, known vulnerabilities in the registry's
 * database, and how well the direct dependencies of production are maintained. Exits 1 when something is wrong, 2 when the database
 * could not be reached.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { markdownTable } from '../bench/markdown-table.ts'
import { refusedLicences } from './licences.ts'
import { lockedPackages, unverified } from './lock-file.ts'
import { knownFaults, packageHealth } from './package-health.ts'
import type { AdvisoryAnswer, PackageHealth, RegistryAnswer } from './package-health.ts'

// Registries answer within a second; each request starts a separate npm.
const TIMEOUT_MS = 60_000

const locked = lockedPackages()
const idOf = ({ name, version }: { name: string, version: string }): string => `${name}@${version}`
const line = (text: string): boolean => process.stdout.write(`${text}\n`)
const list = (title: string, names: readonly string[]): boolean => line(`${title}: ${names.length === 0 ? 'none' : names.join(', ')}`)

const refused = refusedLicences(locked).map(each => `${idOf(each)} (${each.license ?? 'no licence'})`)
const withdrawn = locked.filter(({ deprecated }) => deprecated !== undefined).map(idOf)
line(`${String(locked.length)} packages, ${String(locked.filter(({ dev }) => dev !== true).length)} of them for production`)
list('licences that are not allowed', refused)
list('withdrawn by their publishers', withdrawn)
list('without a checksum from the registry', unverified(locked).map(idOf))

const answer = await npm('audit', '--audit=true') as AdvisoryAnswer
const faults = knownFaults(answer)
list('known vulnerabilities', faults ?? [`not checked: ${answer.message ?? 'no answer'}`])

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { dependencies: Record<string, string> }
const health: PackageHealth[] = []

for (const name of Object.keys(dependencies)) {
  const version = locked.find(({ path }) => path === `node_modules/${name}`)?.version ?? ''
  // For a single field npm would print only the value, so the name is always requested too.
  const said = await npm('view', `${name}@${version}`, 'name', 'time', 'maintainers', 'deprecated') as RegistryAnswer
  health.push(packageHealth({ name, version }, said, Date.now()))
}

const cell = (value: number | undefined): string => value === undefined ? '?' : String(value)
line(markdownTable(['package', 'version', 'days old', 'days idle', 'publishers', 'remarks'], health.map(({ name, version, ageDays, idleDays, maintainers, remarks }) =>
  [name, version, cell(ageDays), cell(idleDays), cell(maintainers), remarks.join('; ')])))

process.exitCode = refused.length + withdrawn.length + (faults ?? []).length > 0 ? 1 : faults === undefined ? 2 : 0

// npm answers on standard output whether it succeeds or fails; the output is empty if the registry does not have the package.
async function npm (...args: string[]): Promise<unknown> {
  return await new Promise((resolve) => {
    execFile('npm', [...args, '--json'], { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }, (err, stdout) => {
      try {
        resolve(JSON.parse(stdout))
      } catch {
        resolve({ message: err?.message ?? 'no answer' })
      }
    })
  })
}
