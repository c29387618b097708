// In which order the Deployments of a PeerProbe were rolled, as the events of the cluster say.
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

interface ScalingEvent extends KubeObject { involvedObject: { name: string } }

/** The Deployments of a namespace that got new pods, in order, since {@link RolloutOrder.open}. */
export class RolloutOrder {
  readonly #plane: ControlPlane
  readonly #namespace: string
  readonly #since: bigint

  private constructor (plane: ControlPlane, namespace: string, since: bigint) {
    this.#plane = plane
    this.#namespace = namespace
    this.#since = since
  }

  static async open (plane: ControlPlane, namespace: string): Promise<RolloutOrder> {
    const versions = (await scalingsIn(plane, namespace)).map(versionOf)

    return new RolloutOrder(plane, namespace, versions.reduce((most, version) => version > most ? version : most, 0n))
  }

  /** Names of the Deployments, each as often as it got pods of another template. */
  async names (): Promise<string[]> {
    const since = (await scalingsIn(this.#plane, this.#namespace)).filter(event => versionOf(event) > this.#since)

    return since.sort((a, b) => versionOf(a) < versionOf(b) ? -1 : 1).map(({ involvedObject: { name } }) => name)
  }
}

async function scalingsIn (plane: ControlPlane, namespace: string): Promise<(ScalingEvent & { message: string })[]> {
  const { items } = await plane.get<{ items: (ScalingEvent & { message: string })[] }>('events', '-n', namespace, '--field-selector', 'reason=ScalingReplicaSet')

  return items.filter(({ message }) => message.startsWith('Scaled up'))
}

// Events have seconds; the version of an object is a number that grows with each write to the cluster's store.
function versionOf ({ metadata: { resourceVersion = '0' } }: KubeObject): bigint {
  return BigInt(resourceVersion)
}
