import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { isWithin } from '../core/ip/cidr.ts'
import type { NetworkPeer } from './model/probe/cluster-probe.ts'

const Selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(z.strictObject({ key: z.string().min(1), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).optional() })).optional()
})

const Cidr = z.string().refine(isCidr, 'must be a CIDR such as 10.0.0.0/8')

// As in a NetworkPolicy (networking.k8s.io/v1): a source is a block of addresses, or pods selected
// by their labels and the labels of their namespaces.
const Peer = z.strictObject({
  namespaceSelector: Selector.optional(),
  podSelector: Selector.optional(),
  ipBlock: z.strictObject({ cidr: Cidr, except: z.array(Cidr).optional() }).optional()
}).refine(({ namespaceSelector, podSelector, ipBlock }) => (ipBlock === undefined) !== (namespaceSelector === undefined && podSelector === undefined), 'give either ipBlock, or namespaceSelector and podSelector')
  // Each policy is in the namespace of its PeerProbe: a pod selector alone would select pods of that namespace.
  .refine(({ namespaceSelector, podSelector }) => podSelector === undefined || namespaceSelector !== undefined, 'podSelector needs a namespaceSelector next to it ({} for all namespaces)')

/**
 * Parses who may reach the admin port from the text of an option, a NetworkPolicy source as JSON, and adds it to the
 * sources before.
 *
 * @throws InvalidArgumentError; commander prints it with the name of the option
 */
export function readScrapeFrom (text: string, before: readonly NetworkPeer[] | undefined): readonly NetworkPeer[] {
  const { data, error } = Peer.safeParse(parsed(text))

  if (data === undefined) {
    throw new InvalidArgumentError(`must be a source as in a NetworkPolicy: ${error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ')}`)
  }

  return [...before ?? [], data]
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('must be JSON, such as {"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}}.')
  }
}

function isCidr (text: string): boolean {
  try {
    return isWithin(text, text)
  } catch {
    return false // a TypeError means that the text is not a CIDR
  }
}
