import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

const SCRIPT = 'disk=$1; shift; mount -t tmpfs -o size=16m tmpfs "$disk" && exec "$@"'

/**
 * Runs a program of Node.js on a disk of 16 MB that only it sees. Returns what it printed.
 *
 * @param disk folder where the disk is mounted: the first argument of the program
 */
export function runOnSmallDisk (program: string, disk: string, ...args: readonly string[]): string {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', program, disk, ...args]
  const { status, stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', SCRIPT, 'sh', disk, ...command], { encoding: 'utf8', timeout: 240_000 })
  assert.equal(status, 0, `${stderr}${stdout}`)

  return stdout
}
