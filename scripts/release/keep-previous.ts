/**
 * `node scripts/release/keep-previous.ts`: keeps the sources of the previous release, which `PREVIOUS_COMMIT` names, as the archive that the
 * tests upgrade from. Needs the history of the repository. Run it after a release, with that commit.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants, zstdCompressSync } from 'node:zlib'
import { KEPT_PATHS, KEPT_SOURCES, PREVIOUS_COMMIT } from './previous-release.ts'

const LEVEL = 22
const MOST_BYTES = 64 * 1_048_576

const sources = execFileSync('git', ['archive', '--format=tar', PREVIOUS_COMMIT, '--', ...KEPT_PATHS], { maxBuffer: MOST_BYTES })
const archive = zstdCompressSync(sources, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
writeFileSync(KEPT_SOURCES, archive)
process.stdout.write(`${PREVIOUS_COMMIT}: ${String(sources.length)} bytes, ${String(archive.length)} compressed\n`)
