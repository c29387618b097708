/**
 * Stops a build of the image whose parts differ from the tested ones; it runs in the build after `npm ci`. The base must have the Node
 * version of package-lock.json (the build uses the digest and ignores the tag), and each installed package must have a checksum in the
 * lock file.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installedFaults } from './installed-faults.ts'
import { lockedPackages } from './lock-file.ts'

const root = new URL('../../', import.meta.url)
const faults = installedFaults(lockedPackages(), process.versions.node, path => existsSync(fileURLToPath(new URL(path, root))))

process.stderr.write(faults.map(fault => `${fault}\n`).join(''))
process.exitCode = faults.length === 0 ? 0 : 1
