/**
 * `node scripts/provision.ts [part …]`: installs the real servers for tests and benchmarks on this
 * machine, into the user's cache folder where possible. Prints where each part is, or that it is missing
 * and how to get it; in that case it exits 1.
 */
import { errorText } from '../core/errors.ts'
import { formatMilliseconds } from '../core/time/duration.ts'
import { cluster } from './provision/cluster.ts'
import { actionlint, helm3, prometheusForPods } from './provision/go-programs.ts'
import { kafka } from './provision/kafka.ts'
import { kubo } from './provision/kubo.ts'
import { mariadb } from './provision/mariadb.ts'
import { mysql } from './provision/mysql.ts'
import { node } from './provision/node.ts'
import { prometheus } from './provision/prometheus.ts'
import { shells } from './provision/shells.ts'
import { sqlite } from './provision/sqlite.ts'
import { previousRelease } from './release/previous-release.ts'
import type { Found, Part } from './provision/part.ts'

const PARTS: readonly Part[] = [sqlite, kafka, mariadb, mysql, prometheus, shells, actionlint, helm3, kubo, cluster, node, prometheusForPods, previousRelease]

const asked = process.argv.slice(2)
const names = asked.length === 0 ? PARTS.map(({ name }) => name) : asked
const unknown = names.filter(name => !PARTS.some(part => part.name === name))
const interrupt = new AbortController()
process.once('SIGINT', () => {
  interrupt.abort()
})

if (unknown.length > 0) {
  say(`no part is called ${unknown.join(', ')}: there are ${PARTS.map(({ name }) => name).join(', ')}`)
  process.exitCode = 64
} else {
  for (const part of PARTS.filter(({ name }) => names.includes(name))) {
    await provide(part)
  }
}

async function provide (part: Part): Promise<void> {
  const startedAt = performance.now()
  const { name } = part

  if ('missing' in part.find()) {
    say(`${name.padEnd(10)} being installed, this may take minutes …`)
  }

  const found = await part.provide(interrupt.signal).catch((err: unknown): Found => ({ missing: `installing it failed: ${errorText(err)}` }))

  if ('at' in found) {
    say(`${name.padEnd(10)} ${found.at} (${formatMilliseconds(performance.now() - startedAt)})`)
  } else {
    say(`${name.padEnd(10)} MISSING, its tests are skipped: ${found.missing}`)
    process.exitCode = 1
  }
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}
