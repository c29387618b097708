import { ProbeError } from '../../../core/errors.ts'
import { heldBy, statusField } from '../observe/strimzi-status.ts'
import type { ClusterProbe, KafkaAccess } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

interface ListenerSpec {
  name: string
  type: string
  tls: boolean

  /** `sasl` says whether a custom listener requires a SASL user. */
  authentication?: { type: string, sasl?: boolean }
}
interface ListenerStatus { name?: string, bootstrapServers?: string, certificates?: string[] }

type AuthenticationType = ClusterProbe['spec']['kafka']['authentication']['type']

/**
 * Chooses the listener of a Kafka resource: the configured one, otherwise the only one, otherwise the first
 * that fits the authentication, internal listeners first, then by name.
 *
 * @throws ProbeError `PP_SPEC_INVALID` when the listener requires another authentication than the PeerProbe
 *   has; `PP_KAFKA_MISSING` when there is no such listener, or it has no address yet
 */
export function listenerOf (kafka: KubeObject, { spec: { kafka: { strimzi, authentication } } }: ClusterProbe): Omit<KafkaAccess, 'userSecret' | 'userName'> {
  const what = `Kafka ${kafka.metadata.namespace ?? ''}/${kafka.metadata.name}`
  const name = strimzi?.listener
  const specs = listenersIn(kafka['spec'])
  const chosen = choose(specs, name, authentication.type)

  if (chosen === undefined) {
    const [wanted, there] = name === undefined
      ? [`with authentication ${authentication.type}`, specs.map(listener => `${listener.name} with ${wantedBy(listener)}`)]
      : [`named ${name}`, specs.map(listener => listener.name)]
    throw new ProbeError('PP_KAFKA_MISSING', `${what}: has no listener ${wanted} (it has ${there.length === 0 ? 'none' : there.join(', ')})`)
  }
  if (!fits(chosen, authentication.type)) {
    throw new ProbeError('PP_SPEC_INVALID', `spec.kafka.authentication.type is ${authentication.type}, and listener ${chosen.name} of ${what} takes ${wantedBy(chosen)}: ${wayOut(specs, chosen, authentication.type)}`)
  }

  return accessBy(kafka, chosen, what)
}

function accessBy (kafka: KubeObject, { name, tls }: ListenerSpec, what: string): Omit<KafkaAccess, 'userSecret' | 'userName'> {
  const { bootstrapServers = '', certificates = [] } = addressOf(kafka, name)

  if (bootstrapServers === '') {
    const held = heldBy(kafka)
    throw new ProbeError('PP_KAFKA_MISSING', `${what}: listener ${name} has no address yet${held === undefined ? '' : ` (${held}: Strimzi leaves the Kafka resource alone)`}`)
  }

  return { bootstrapServers: bootstrapServers.split(','), tls, caPem: tls ? certificates.join('\n') : undefined }
}

function addressOf (kafka: KubeObject, name: string): ListenerStatus {
  const listeners = (statusField(kafka, 'listeners') ?? []) as ListenerStatus[]

  return listeners.find(listener => listener.name === name) ?? {}
}

function listenersIn (spec: unknown): ListenerSpec[] {
  const listeners = (spec as { kafka?: { listeners?: ListenerSpec[] } } | undefined)?.kafka?.listeners

  // Strimzi before 0.20 had an object here.
  return Array.isArray(listeners) ? listeners : []
}

function choose (specs: readonly ListenerSpec[], name: string | undefined, type: AuthenticationType): ListenerSpec | undefined {
  if (name !== undefined) {
    return specs.find(listener => listener.name === name)
  }
  if (specs.length === 1) {
    return specs[0]
  }

  const rank = (listener: ListenerSpec): string => `${wantedBy(listener) === type ? '0' : '1'}${listener.type === 'internal' ? '0' : '1'}${listener.name}`

  return specs.filter(listener => fits(listener, type)).sort((a, b) => rank(a) < rank(b) ? -1 : 1)[0]
}

// A custom listener does not say what it requires, except whether it uses SASL.
function fits (listener: ListenerSpec, type: AuthenticationType): boolean {
  return listener.authentication?.type === 'custom' ? (listener.authentication.sasl === true) === (type === 'scram-sha-512') : wantedBy(listener) === type
}

function wantedBy ({ authentication }: ListenerSpec): string {
  if (authentication?.type !== 'custom') {
    return authentication?.type ?? 'none'
  }

  return `custom ${authentication.sasl === true ? 'SASL' : 'without SASL'}`
}

function wayOut (specs: readonly ListenerSpec[], { name, ...chosen }: ListenerSpec, type: AuthenticationType): string {
  const others = specs.filter(listener => listener.name !== name && fits(listener, type)).map(listener => listener.name)
  const wanted = wantedBy({ name, ...chosen })
  const change = ['none', 'scram-sha-512', 'tls'].includes(wanted) ? `set spec.kafka.authentication.type to ${wanted}` : 'PeerProbe knows none, scram-sha-512 and tls'

  return others.length === 0 ? change : `${change}, or spec.kafka.strimzi.listener to ${others.join(' or ')}`
}
