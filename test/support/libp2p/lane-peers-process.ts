import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Child } from '../child.ts'
import { until } from '../until.ts'

const PEERS = fileURLToPath(new URL('./lane-peers.ts', import.meta.url))
const START_LIMIT_MS = 120_000

/** A peer, and its multiaddr without its id. */
export interface LanePeer { id: string, address: string }

/** Peers that are reachable by one transport only, in a separate process. */
export class LanePeersProcess extends Child {
  /** Starts them; resolves when they can be reached. */
  static async open (): Promise<LanePeersProcess> {
    const peers = new LanePeersProcess(spawn(process.execPath, [PEERS], { stdio: ['ignore', 'pipe', 'inherit'] }))
    await until('the peers listen', () => peers.output.includes('\n'), START_LIMIT_MS)

    return peers
  }

  /** By their only transport. */
  get peers (): Readonly<Record<'quic-v1' | 'ws' | 'relay' | 'tls', LanePeer>> {
    return JSON.parse(this.output.trim()) as Record<'quic-v1' | 'ws' | 'relay' | 'tls', LanePeer>
  }
}
