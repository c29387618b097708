/**
 * Ends a build of the image whose parts are not what was tested: run in it after `npm ci`. The base's Node must be the one of
 * package-lock.json (a digest is taken whatever its tag says), and each installed package must have had a checksum to be compared with.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installedFaults } from './installed-faults.ts'
import { lockedPackages } from './lock-file.ts'

const root = new URL('../../', import.meta.url)
const faults = installedFaults(lockedPackages(), process.versions.node, path => existsSync(fileURLToPath(new URL(path, root))))

process.stderr.write(faults.map(fault => `${fault}\n`).join(''))
process.exitCode = faults.length === 0 ? 0 : 1
