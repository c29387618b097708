import { KuboNode } from '../servers/kubo-node.ts'
import { until } from '../until.ts'
import type { KuboIdentity } from '../servers/kubo-node.ts'

/** A Kubo and its TCP address. */
interface NetworkedKubo {
  node: KuboNode
  identity: KuboIdentity
  address: string
}

/** Three Kubo daemons in one DHT. */
export interface KuboNetwork extends AsyncDisposable { nodes: [NetworkedKubo, NetworkedKubo, NetworkedKubo] }

const LIMIT_MS = 60_000

/** Starts three Kubos from the path of their program; the first knows the others, and all are in each other's tables. */
export async function openKuboNetwork (program: string): Promise<KuboNetwork> {
  await using stack = new AsyncDisposableStack()
  const start = async (): Promise<NetworkedKubo> => {
    const node = stack.use(await KuboNode.open(program))
    const identity = await node.identity()

    return { node, identity, address: identity.addresses.find(text => /\/tcp\/\d+\/p2p\//.test(text)) ?? '' }
  }
  const nodes: KuboNetwork['nodes'] = [await start(), await start(), await start()]
  const [first, ...others] = nodes

  for (const { address } of others) {
    await first.node.connect(address)
  }
  await others[0].node.connect(others[1].address)
  await until('all are in all tables', async () => {
    const tables = await Promise.all(nodes.map(async ({ node }) => await node.table()))

    return tables.every(table => table.length === 2)
  }, LIMIT_MS)
  const held = stack.move()

  return { nodes, [Symbol.asyncDispose]: async () => {
    await held.disposeAsync()
  } }
}
