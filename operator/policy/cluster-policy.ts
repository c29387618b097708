/**
 * What a PeerProbe may ask for is the cluster owner's to say, not its author's: who may create PeerProbes need not be somebody who may
 * create pods or Services, and the operator makes these for him. The chart passes the owner's value `policy` as it is.
 */
import { z } from 'zod'
import { errorText, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import { Quantities } from '../api/pod-spec.ts'
import { NamespaceName } from '../api/references.ts'
import { DEFAULT_RESOURCES } from '../model/probe/pod-resources.ts'
import { HostPatterns, KeyPatterns } from './key-patterns.ts'
import { GroupPrefix, overlapping, prefixIn, TopicPrefix } from './name-prefix.ts'
import type { ResourceRules } from '../model/probe/pod-resources.ts'

/** Variable by which the operator's pod has the policy, for the operator and for the commands that run in it. */
export const POLICY_VARIABLE = 'PEERPROBE_POLICY'

const Resources = z.strictObject({ requests: Quantities.optional(), limits: Quantities.optional() })

const PolicyFields = {
  hostNetwork: z.boolean().optional().describe('Whether crawlers may share their node\'s network.'),
  privateAddresses: z.boolean().optional().describe('Whether scans may dial private networks, the cluster\'s own among them (addresses.policy Private and Any).'),
  servers: HostPatterns.optional().describe('Hosts that pods may be sent to as database or broker.'),
  podAnnotations: KeyPatterns.optional().describe('Annotations that pods may have.'),
  serviceTypes: z.array(z.enum(['NodePort', 'LoadBalancer'])).max(2).optional().describe('Kinds of Service that passive nodes may have.'),
  serviceAnnotations: KeyPatterns.optional().describe('Annotations that these Services may have.'),
  tolerations: KeyPatterns.optional().describe('Keys of taints that pods may tolerate. * is not for the cluster\'s own taints (node.kubernetes.io/, node-role.kubernetes.io/ and the like): name these.'),
  blanketTolerations: z.boolean().optional().describe('Whether pods may tolerate all taints by a toleration without a key.'),
  nodeLabels: KeyPatterns.optional().describe('Labels of nodes that pods may be placed by.'),
  podAffinity: z.boolean().optional().describe('Whether pods may be placed by other pods than those of their own PeerProbe.'),
  anyClaim: z.boolean().optional().describe('Whether pods may mount every PersistentVolumeClaim of their namespace, also one that does not allow it.'),
  topicPrefix: TopicPrefix.optional().describe('What the names of topics begin with; {namespace} in it stands for the PeerProbe\'s namespace.'),
  groupPrefix: GroupPrefix.optional().describe('What the names of consumer groups begin with; {namespace} in it stands for the PeerProbe\'s namespace.'),
  resources: z.strictObject({
    crawler: Resources.optional().describe('What crawlers get where a PeerProbe says nothing.'),
    consumer: Resources.optional().describe('The same of consumers and jobs.'),
    max: Quantities.optional().describe('The most of each resource; resources other than cpu, memory and ephemeral-storage may be asked for only where they are here.')
  }).optional().describe('Resources of containers.')
}

/** What the cluster owner allows, for all namespaces, and other settings for some of them. */
export const ClusterPolicy = z.strictObject({
  ...PolicyFields,
  namespaces: z.record(NamespaceName, z.strictObject(PolicyFields)).optional().describe('Settings that hold in one namespace in place of those for all.')
}).superRefine(({ namespaces = {} }, context) => {
  for (const field of ['topicPrefix', 'groupPrefix'] as const) {
    const found = overlapping(Object.entries(namespaces).map(([namespace, settings]) => [namespace, prefixIn(settings[field] ?? '', namespace)]))

    if (found !== undefined) {
      context.addIssue({ code: 'custom', path: ['namespaces'], message: `${found[1]}'s ${field} begins with that of ${found[0]}, which may name what is its own` })
    }
  }
})

/** {@inheritDoc ClusterPolicy} */
export type ClusterPolicy = z.output<typeof ClusterPolicy>

/** What holds in one namespace. */
export type NamespacePolicy = Required<Omit<{ [Field in keyof ClusterPolicy]: NonNullable<ClusterPolicy[Field]> }, 'namespaces' | 'resources'>> & { resources: ResourceRules }

/** What holds where the owner says nothing. */
export const DEFAULT_FIELDS: NamespacePolicy = {
  hostNetwork: false,
  privateAddresses: false,
  servers: ['*'],
  podAnnotations: [],
  serviceTypes: ['NodePort', 'LoadBalancer'],
  serviceAnnotations: [],
  tolerations: [],
  blanketTolerations: false,
  nodeLabels: ['*'],
  podAffinity: false,
  anyClaim: false,
  topicPrefix: '',
  groupPrefix: '',
  resources: DEFAULT_RESOURCES
}

/** The policy of an owner who has set nothing. */
export const DEFAULT_POLICY: ClusterPolicy = {}

/** Reads a policy; none is the default. @throws ProbeError `PP_CONFIG_INVALID`, which names every field that is wrong */
export function parsePolicy (text: string | undefined): ClusterPolicy {
  if (text === undefined || text.trim() === '') {
    return DEFAULT_POLICY
  }

  return parseWith(ClusterPolicy, fromJson(text), { code: 'PP_CONFIG_INVALID', what: '--policy' })
}

/** What holds in a namespace: its own settings, those for all where it has none, and the defaults for the rest. */
export function policyFor ({ namespaces, ...forAll }: ClusterPolicy, namespace: string): NamespacePolicy {
  // Not `namespaces[namespace]` alone: a namespace may be called constructor.
  const own = namespaces !== undefined && Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined
  const resources = { ...DEFAULT_RESOURCES, ...set(forAll.resources), ...set(own?.resources) }

  return { ...DEFAULT_FIELDS, ...set(forAll), ...set(own), resources }
}

function fromJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `--policy: is not JSON: ${errorText(err)}`, { cause: err })
  }
}

// The fields that are there: one that is undefined would take the place of another.
function set<T extends object> (fields: T | undefined): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: NonNullable<T[Key]> }
}
