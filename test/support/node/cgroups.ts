// Control groups of a node's box. Kubelets of two test files would otherwise share the group `kubepods`, and each ends what it does not
// know there.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const PREFIX = 'peerprobe-node-'

/** The name of the group of this process's box. */
export function groupOf (pid: number): string {
  return `${PREFIX}${String(pid)}`
}

/** Why control groups cannot be made on this machine, or undefined. */
export function missingCgroups (): string | undefined {
  const found = hierarchies()

  if (found.length === 0) {
    return 'a real node needs control groups: mount them at /sys/fs/cgroup'
  }

  try {
    makeGroup(`${PREFIX}probe-${String(process.pid)}`)
  } catch (err) {
    return `a real node needs the right to make control groups (in a container: --privileged --cgroupns=host): ${String(err)}`
  } finally {
    removeGroup(`${PREFIX}probe-${String(process.pid)}`)
  }

  return undefined
}

/** Makes a group in each hierarchy. */
export function makeGroup (name: string): void {
  for (const folder of hierarchies()) {
    mkdirSync(join(folder, name), { recursive: true })
  }
}

/** Removes the groups that killed test runs left. Outside of any box: a process id in their names is one of the machine. */
export function sweepGroups (): void {
  hierarchies().flatMap(folder => globSync(join(folder, `${PREFIX}*`))).filter(isLeft).forEach(removeTree)
}

/** Removes a group of which no process is left. */
export function removeGroup (name: string): void {
  for (const folder of hierarchies()) {
    removeTree(join(folder, name))
  }
}

function isLeft (folder: string): boolean {
  const pid = basename(folder).split('-').at(-1) ?? ''

  return spawnSync('kill', ['-0', pid]).status !== 0
}

// A group is a folder that is removed without its files, the innermost first.
function removeTree (folder: string): void {
  const folders = globSync('**/', { cwd: folder }).map(path => join(folder, path))

  for (const path of [...folders, folder].sort((a, b) => b.length - a.length)) {
    try {
      rmdirSync(path)
    } catch {
      // its last process is still ending, or the group is gone: the next run looks again
    }
  }
}

function hierarchies (): string[] {
  return [...new Set(readFileSync('/proc/mounts', 'utf8').split('\n').map(line => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2').map(([, path = '']) => path))].filter(path => dirname(path) !== '/')
}
