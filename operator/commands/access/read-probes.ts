import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject, ObjectKey } from '../../runtime/kube-object.ts'

/** Which PeerProbes: one by name, or all of a namespace, or of every namespace. */
export interface ProbeChoice { namespace: string | undefined, name: string | undefined }

/** Reads PeerProbes. @throws ProbeError `PP_CONFIG_INVALID` where there is none to show */
export async function readProbes (client: Pick<KubeClient, 'get' | 'json'>, { namespace, name }: ProbeChoice, signal: AbortSignal): Promise<KubeObject[]> {
  if (name !== undefined) {
    return [await readProbe(client, { namespace, name }, signal)]
  }

  const { items } = await client.json({ method: 'GET', path: pathOf(KINDS.peerProbe, { namespace }) }, signal) as { items: KubeObject[] }

  if (items.length === 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `there is no PeerProbe in ${namespace === undefined ? 'any namespace' : `namespace ${namespace}`}`)
  }

  return items
}

/** Reads one PeerProbe. @throws ProbeError `PP_CONFIG_INVALID` where there is none of this name */
export async function readProbe (client: Pick<KubeClient, 'get'>, { namespace, name }: ObjectKey, signal: AbortSignal): Promise<KubeObject> {
  if (namespace === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', '--all-namespaces: a name needs one namespace (-n)')
  }

  const probe = await client.get(KINDS.peerProbe, { namespace, name }, signal)

  if (probe === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `there is no PeerProbe ${name} in namespace ${namespace}`)
  }

  return probe
}
