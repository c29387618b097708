// The parts of a real node for the tests: kubelet, kube-proxy, containerd and CoreDNS, built from Go modules of the same
// versions as the control plane, and Debian's runc and network plugins.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CachedFolder } from './cached-folder.ts'
import { ensurePrograms } from './debian.ts'
import { missingProgram, runProgram } from './programs.ts'
import type { Part } from './part.ts'

/** Folder of the network plugins that Debian's package has. */
export const CNI_PLUGINS = '/usr/lib/cni'

/** The library that shifts the clock of a process, as a pattern. */
export const FAKE_TIME = '/usr/lib/*/faketime/libfaketime.so.1'

const MODULE = fileURLToPath(new URL('./node-tools', import.meta.url))
const RECIPE = ['go.mod', 'go.sum', 'tools.go', 'coredns/main.go', 'pause/main.go']

const PACKAGES = [
  'github.com/containerd/containerd/v2/cmd/containerd',
  'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
  'github.com/containerd/containerd/v2/cmd/ctr',
  'k8s.io/kubernetes/cmd/kube-proxy',
  'k8s.io/kubernetes/cmd/kubelet',
  './coredns',
  './pause'
]

const PROGRAMS = PACKAGES.map(path => path.slice(path.lastIndexOf('/') + 1))
const SYSTEM_PROGRAMS = ['runc', 'nft', 'ip']
// The last one shifts the clock of a pod; it has no program.
const DEBIAN_PACKAGES = ['runc', 'containernetworking-plugins', 'nftables', 'iproute2', 'libfaketime']

/** The programs of a real node: found at a folder of programs. */
export const node: Part = {
  name: 'node',

  find () {
    const absent = missingProgram(...SYSTEM_PROGRAMS) ?? missingFile()

    if (absent !== undefined) {
      return { missing: `no ${absent} on this machine: apt-get install ${DEBIAN_PACKAGES.join(' ')}` }
    }

    return folder().isThere ? { at: folder().path } : { missing: 'not built yet: node scripts/provision.ts node (2 minutes after the part cluster)' }
  },

  async provide (signal) {
    const file = missingFile()
    const missing = await ensurePrograms(file === undefined ? SYSTEM_PROGRAMS : [...SYSTEM_PROGRAMS, file], DEBIAN_PACKAGES, signal)

    if (!folder().isThere && missingProgram('go') !== undefined) {
      return { missing: 'no Go on this machine: install 1.26 or later from https://go.dev/dl' }
    }
    if (!folder().isThere) {
      await folder().fill(async (unfinished) => {
        await build(unfinished, signal)
      })
    }

    return missing === undefined || missingFile() === undefined ? this.find() : { missing }
  }
}

// What the packages have besides programs.
function missingFile (): string | undefined {
  return existsSync(CNI_PLUGINS) ? globSync(FAKE_TIME).length > 0 ? undefined : FAKE_TIME : CNI_PLUGINS
}

async function build (into: string, signal: AbortSignal): Promise<void> {
  const version = (await runProgram('go', ['-C', MODULE, 'list', '-m', '-f', '{{.Version}}', 'k8s.io/kubernetes'], signal)).trim()
  const flags = `-s -w -X k8s.io/component-base/version.gitVersion=${version}`
  await runProgram('env', ['CGO_ENABLED=0', 'go', '-C', MODULE, 'build', '-trimpath', '-buildvcs=false', '-o', `${into}/`, '-ldflags', flags, ...PACKAGES], signal)
  const missing = PROGRAMS.find(name => !existsSync(join(into, name)))

  if (missing !== undefined) {
    throw new TypeError(`the build did not produce ${missing}`)
  }
}

function folder (): CachedFolder {
  return new CachedFolder('node', RECIPE.map(name => readFileSync(join(MODULE, name), 'utf8')).join('\n'))
}
