import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Child } from '../child.ts'
import { until } from '../until.ts'

const PEER = fileURLToPath(new URL('./quic-peer.ts', import.meta.url))
const START_LIMIT_MS = 30_000

/** A peer that listens on QUIC, in a process of its own. */
export class QuicPeerProcess extends Child {
  /** Starts it; resolves when it listens. */
  static async open (): Promise<QuicPeerProcess> {
    const peer = new QuicPeerProcess(spawn(process.execPath, [PEER], { stdio: ['ignore', 'pipe', 'inherit'] }))
    await until('the peer listens', () => peer.output.includes('\n'), START_LIMIT_MS)

    return peer
  }

  /** Its multiaddr without its peer id. */
  get address (): string {
    return this.output.trim().split('/p2p/')[0] ?? ''
  }

  get id (): string {
    return this.output.trim().split('/p2p/')[1] ?? ''
  }
}
