/**
 * The cluster owner, not the author of a PeerProbe, decides what a PeerProbe may ask for: a user who may create PeerProbes may lack
 * the right to create pods or Services, and the operator creates these on the user's behalf. The chart passes its value `policy`
 * unchanged.
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

/** Environment variable with the policy, for the operator and for commands that run in its pod. */
export const POLICY_VARIABLE = 'PEERPROBE_POLICY'

const Resources = z.strictObject({ requests: Quantities.optional(), limits: Quantities.optional() })

const PolicyFields = {
  hostNetwork: z.boolean().optional().describe('Whether crawlers may share their node\'s network.'),
  privateAddresses: z.boolean().optional().describe('Whether scans may dial private networks, the cluster\'s own among them (addresses.policy Private and Any).'),
  servers: HostPatterns.optional().describe('Hosts that may be used as database or broker.'),
  podAnnotations: KeyPatterns.optional().describe('Annotations that pods may have.'),
  serviceTypes: z.array(z.enum(['NodePort', 'LoadBalancer'])).max(2).optional().describe('Types of Service that passive nodes may have.'),
  serviceAnnotations: KeyPatterns.optional().describe('Annotations that these Services may have.'),
  tolerations: KeyPatterns.optional().describe('Keys of taints that pods may tolerate. * does not cover the cluster\'s own taints (node.kubernetes.io/, node-role.kubernetes.io/ and the like): list these by name.'),
  blanketTolerations: z.boolean().optional().describe('Whether pods may tolerate all taints by a toleration without a key.'),
  nodeLabels: KeyPatterns.optional().describe('Labels of nodes that pods may use for scheduling.'),
  podAffinity: z.boolean().optional().describe('Whether affinity may select pods of others than the PeerProbe itself.'),
  anyClaim: z.boolean().optional().describe('Whether pods may mount every PersistentVolumeClaim of their namespace, also one that does not allow it.'),
  topicPrefix: TopicPrefix.optional().describe('Required prefix of the names of topics; {namespace} is replaced by the PeerProbe\'s namespace.'),
  groupPrefix: GroupPrefix.optional().describe('Required prefix of the names of consumer groups; {namespace} is replaced by the PeerProbe\'s namespace.'),
  resources: z.strictObject({
    crawler: Resources.optional().describe('Resources of crawlers for which a PeerProbe gives none.'),
    consumer: Resources.optional().describe('The same for consumers and jobs.'),
    max: Quantities.optional().describe('The most of each resource; resources other than cpu, memory and ephemeral-storage are allowed only if they are listed here.')
  }).optional().describe('Resources of containers.')
}

/** What the cluster owner allows: for all namespaces, with other settings for some of them. */
export const ClusterPolicy = z.strictObject({
  ...PolicyFields,
  namespaces: z.record(NamespaceName, z.strictObject(PolicyFields)).optional().describe('Settings that override the general ones in one namespace.')
}).superRefine(({ namespaces = {} }, context) => {
  for (const field of ['topicPrefix', 'groupPrefix'] as const) {
    const found = overlapping(Object.entries(namespaces).map(([namespace, settings]) => [namespace, prefixIn(settings[field] ?? '', namespace)]))

    if (found !== undefined) {
      context.addIssue({ code: 'custom', path: ['namespaces'], message: `${found[1]}'s ${field} begins with that of ${found[0]}, which could then use its topics or groups` })
    }
  }
})

/** {@inheritDoc ClusterPolicy} */
export type ClusterPolicy = z.output<typeof ClusterPolicy>

/** The policy of one namespace. */
export type NamespacePolicy = Required<Omit<{ [Field in keyof ClusterPolicy]: NonNullable<ClusterPolicy[Field]> }, 'namespaces' | 'resources'>> & { resources: ResourceRules }

/** The defaults. */
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

/** Parses a policy; no text gives the default policy. @throws ProbeError `PP_CONFIG_INVALID` with every field that is wrong */
export function parsePolicy (text: string | undefined): ClusterPolicy {
  if (text === undefined || text.trim() === '') {
    return DEFAULT_POLICY
  }

  return parseWith(ClusterPolicy, fromJson(text), { code: 'PP_CONFIG_INVALID', what: '--policy' })
}

/** The policy of a namespace: its own settings, then the general ones, then the defaults. */
export function policyFor ({ namespaces, ...forAll }: ClusterPolicy, namespace: string): NamespacePolicy {
  // Not only `namespaces[namespace]`: a namespace may be called constructor.
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

// Only the fields that are set: an undefined field would override another one.
function set<T extends object> (fields: T | undefined): { [Key in keyof T]?: NonNullable<T[Key]> } {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: NonNullable<T[Key]> }
}
