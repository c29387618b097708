// A real control plane for the tests, built from Go modules: no image and no download page is needed, and the
// versions are in one go.mod. One build makes all parts, since they share most of their packages.
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CachedFolder } from './cached-folder.ts'
import { missingProgram, runProgram } from './programs.ts'
import type { Part } from './part.ts'

const MODULE = fileURLToPath(new URL('./cluster-tools', import.meta.url))

const PACKAGES = [
  'go.etcd.io/etcd/server/v3',
  'helm.sh/helm/v4/cmd/helm',
  'k8s.io/kubernetes/cmd/kube-apiserver',
  'k8s.io/kubernetes/cmd/kube-controller-manager',
  'k8s.io/kubernetes/cmd/kube-scheduler',
  'k8s.io/kubernetes/cmd/kubectl',
  'sigs.k8s.io/kwok/cmd/kwok'
]

const PROGRAMS = ['etcd', 'helm', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kwok']

/** etcd, the Kubernetes control plane, kubectl, kwok and helm: found at a folder of programs. */
export const cluster: Part = {
  name: 'cluster',

  find () {
    return folder().isThere ? { at: folder().path } : { missing: 'not built yet: node scripts/provision.ts cluster (8 minutes, 3.5 GB of build cache)' }
  },

  async provide (signal) {
    if (!folder().isThere && missingProgram('go') !== undefined) {
      return { missing: 'no Go on this machine: install 1.26 or later from https://go.dev/dl' }
    }
    if (!folder().isThere) {
      await folder().fill(async (unfinished) => {
        await build(unfinished, signal)
      })
    }

    return { at: folder().path }
  }
}

async function build (into: string, signal: AbortSignal): Promise<void> {
  const version = (await runProgram('go', ['-C', MODULE, 'list', '-m', '-f', '{{.Version}}', 'k8s.io/kubernetes'], signal)).trim()
  const [, minor = ''] = version.split('.')
  const stamp = 'k8s.io/component-base/version'
  // Without its version the API server reports v0.0.0-master, which clients refuse.
  const stamps = [`${stamp}.gitVersion=${version}`, `${stamp}.gitMajor=1`, `${stamp}.gitMinor=${minor}`, `k8s.io/client-go/pkg/version.gitVersion=${version}`]
  const flags = ['-s', '-w', ...stamps.map(text => `-X ${text}`)].join(' ')
  mkdirSync(into, { recursive: true })

  await runProgram('env', ['CGO_ENABLED=0', 'go', '-C', MODULE, 'build', '-trimpath', '-buildvcs=false', '-o', `${into}/`, '-ldflags', flags, ...PACKAGES], signal)
  renameSync(join(into, 'server'), join(into, 'etcd'))

  const missing = PROGRAMS.find(name => !existsSync(join(into, name)))

  if (missing !== undefined) {
    throw new TypeError(`the build did not produce ${missing}`)
  }
}

function folder (): CachedFolder {
  return new CachedFolder('cluster', ['go.mod', 'go.sum', 'tools.go'].map(name => readFileSync(join(MODULE, name), 'utf8')).join('\n'))
}
