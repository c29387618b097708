import { z } from 'zod'

// A number or a text in Kubernetes ("1", 1, "500m", "2Gi"); `crd.ts` writes the form that structural schemas allow.
const Quantity = z.union([
  z.int().min(0).max(1_000_000_000_000),
  z.string().max(32).regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/, 'must be a quantity such as 500m or 1Gi')
]).meta({ 'description': 'A quantity such as 500m or 1Gi.', 'x-kubernetes-int-or-string': true })

/** Amounts of resources by name. */
export const Quantities = z.record(z.string().max(63), Quantity)
const Text = (limit: number): z.ZodString => z.string().max(limit)

const Toleration = z.strictObject({
  key: Text(316).optional().describe('Taint key; every taint when absent.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('How the taint\'s value is compared.'),
  value: Text(63).optional().describe('Taint value for operator Equal.'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('Taint effect; every effect when absent.'),
  tolerationSeconds: z.int().min(0).max(2_147_483_647).optional().describe('How long NoExecute is tolerated.')
}).describe('One toleration.')

const PodFields = {
  resources: z.strictObject({
    requests: Quantities.optional().describe('Resources that are reserved for the container.'),
    limits: Quantities.optional().describe('Most that the container may use.')
  }).optional().describe('Compute resources of the container.'),
  nodeSelector: z.record(Text(316), Text(63)).optional().describe('Labels that a node must carry.'),
  tolerations: z.array(Toleration).max(32).optional().describe('Taints that the pod tolerates.'),
  affinity: z.record(Text(64), z.unknown()).optional().meta({ 'description': 'Affinity of the pod, as in a pod\'s own spec.', 'x-kubernetes-preserve-unknown-fields': true }),
  annotations: z.record(Text(316), Text(4_096)).optional().describe('Annotations of the pod.')
}

/** What an author may set on a pod. The operator sets the rest (image, security, probes). */
export const PodSpec = z.strictObject(PodFields).prefault({}).describe('Settings of the pods.')

/** The same for a crawler, which may share its node's network. */
export const CrawlerPodSpec = z.strictObject({
  ...PodFields,
  hostNetwork: z.boolean().default(false).describe('Whether the pod uses its node\'s network, which mDNS needs. Such a pod violates the baseline Pod Security Standard.')
}).prefault({}).describe('Settings of the crawler\'s pod.')
