import { ProbeError } from '../../core/errors.ts'
import { statusField } from './strimzi-status.ts'
import type { ClusterProbe, KafkaAccess } from '../model/world.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

interface ListenerSpec { name: string, type: string, tls: boolean, authentication?: { type: string } }
interface ListenerStatus { name?: string, bootstrapServers?: string, certificates?: string[] }

/**
 * Chooses the listener of a Kafka resource: the one that is named; else the only one; else those that fit the
 * authentication, internal ones first, then by name.
 *
 * @throws ProbeError `PP_KAFKA_MISSING` when there is none, or it has no address yet
 */
export function listenerOf (kafka: KubeObject, { spec: { kafka: { strimzi, authentication } } }: ClusterProbe): Omit<KafkaAccess, 'userSecret' | 'userName'> {
  const what = `Kafka ${kafka.metadata.namespace ?? ''}/${kafka.metadata.name}`
  const name = strimzi?.listener
  const specs = listenersIn(kafka['spec'])
  const chosen = choose(specs, name, authentication.type)

  if (chosen === undefined) {
    const wanted = name === undefined ? `with authentication ${authentication.type}` : `named ${name}`
    throw new ProbeError('PP_KAFKA_MISSING', `${what}: has no listener ${wanted} (it has ${specs.map(spec => spec.name).join(', ')})`)
  }

  const { bootstrapServers = '', certificates = [] } = addressOf(kafka, chosen.name)

  if (bootstrapServers === '') {
    throw new ProbeError('PP_KAFKA_MISSING', `${what}: listener ${chosen.name} has no address yet`)
  }

  return { bootstrapServers: bootstrapServers.split(','), tls: chosen.tls, caPem: chosen.tls ? certificates.join('\n') : undefined }
}

function addressOf (kafka: KubeObject, name: string): ListenerStatus {
  const listeners = (statusField(kafka, 'listeners') ?? []) as ListenerStatus[]

  return listeners.find(listener => listener.name === name) ?? {}
}

function listenersIn (spec: unknown): ListenerSpec[] {
  return (spec as { kafka?: { listeners?: ListenerSpec[] } } | undefined)?.kafka?.listeners ?? []
}

function choose (specs: readonly ListenerSpec[], name: string | undefined, type: string): ListenerSpec | undefined {
  if (name !== undefined) {
    return specs.find(listener => listener.name === name)
  }
  if (specs.length === 1) {
    return specs[0]
  }

  const rank = (listener: ListenerSpec): string => `${listener.type === 'internal' ? '0' : '1'}${listener.name}`

  return specs.filter(({ authentication }) => (authentication?.type ?? 'none') === type).sort((a, b) => rank(a) < rank(b) ? -1 : 1)[0]
}
