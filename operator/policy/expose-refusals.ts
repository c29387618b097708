import { keyRefusals } from './refusal.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { NamespacePolicy } from './cluster-policy.ts'
import type { Refusal } from './refusal.ts'

/** What the Services of passive nodes ask for beyond what is allowed. Their annotations control much in a cloud. */
export function exposeRefusals ({ spec }: ClusterProbe, { serviceTypes, serviceAnnotations }: NamespacePolicy): Refusal[] {
  return spec.scans.flatMap(({ passive: { expose: { type, annotations } } }, i) => {
    const field = `spec.scans[${String(i)}].passive.expose`

    return [
      ...type === 'None' || serviceTypes.includes(type) ? [] : [{ field: `${field}.type`, why: `a Service of type ${type} is not allowed`, setting: `serviceTypes: [${type}]` }],
      ...keyRefusals(`${field}.annotations`, annotations, { patterns: serviceAnnotations, setting: 'serviceAnnotations', what: 'annotation' })
    ]
  })
}
