import { errorText } from '../../../core/errors.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { KubeClient } from '../../runtime/kube-client.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import { contextNames, loadKubeConfig } from '../access/kube-config.ts'
import { completionsFor } from './candidates.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { KindRef, KubeObject } from '../../runtime/kube-object.ts'
import type { NameSources } from './candidates.ts'
import type { Command } from 'commander'

type Options = ReadonlyMap<string, string>

// A person waits at the prompt.
const TIMEOUT_MS = 3_000
const MAX_NAMES = 200

// Of cobra, whose form kubectl reads: 4 keeps the shell from names of files.
const FILES = ':0'
const NO_FILES = ':4'

/**
 * Prints what may stand in the place of the last word, each with its description after a tab, and a directive, in the form in
 * which kubectl and the scripts of the shells read it. What cannot be asked is said on standard error, which shells do not show.
 */
export async function printCompletions (program: Command, words: readonly string[]): Promise<void> {
  const { candidates, isFile } = await completionsFor(program, words, liveNames(AbortSignal.timeout(TIMEOUT_MS)))
  const lines = candidates.map(({ value, description }) => `${value}${description === undefined ? '' : `\t${escapeControlChars(description)}`}`)
  process.stdout.write(`${[...lines, isFile ? FILES : NO_FILES].join('\n')}\n`)
}

function liveNames (signal: AbortSignal): NameSources {
  const safely = async (read: () => Promise<string[]>): Promise<string[]> => {
    try {
      return (await read()).filter(name => /^[\w.:@/-]+$/.test(name)).slice(0, MAX_NAMES)
    } catch (err) {
      process.stderr.write(`kubectl-peerprobe: ${errorText(err)}\n`)
      return []
    }
  }
  const names = async (options: Options, kind: KindRef, namespace?: string): Promise<string[]> => {
    const { items } = await clientOf(options).json({ method: 'GET', path: pathOf(kind, { namespace }), query: { limit: String(MAX_NAMES) } }, signal) as { items: KubeObject[] }

    return items.map(({ metadata }) => metadata.name).sort()
  }

  return {
    probes: async options => await safely(async () => await names(options, KINDS.peerProbe, namespaceOf(options))),
    namespaces: async options => await safely(async () => await names(options, KINDS.namespace)),
    contexts: async options => await safely(async () => await Promise.resolve(contextNames({ kubeconfig: options.get('kubeconfig') }))),
    scans: async (options, probe) => await safely(async () => {
      const object = await clientOf(options).get(KINDS.peerProbe, { namespace: namespaceOf(options), name: probe }, signal)
      return ((object?.['spec'] ?? {}) as Partial<ClusterSpec>).scans?.map(({ name }) => name) ?? []
    })
  }
}

function clientOf (options: Options): KubeClient {
  return new KubeClient(loadKubeConfig({ kubeconfig: options.get('kubeconfig'), context: options.get('context') }), { timeoutMs: TIMEOUT_MS })
}

function namespaceOf (options: Options): string {
  return options.get('namespace') ?? clientOf(options).namespace
}
