import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { parseWith } from '../../../core/process/config.ts'
import { buildGoDevnet } from './build-go-devnet.ts'

/** DHT protocol of the Go devnet's hosts. */
export const GO_KAD_PROTOCOL = '/peerprobe-go-devnet/kad/1.0.0'

/** What became of Go hosts that know one node alone. */
const Joined = z.object({
  hosts: z.int().describe('How many there were.'),
  keep: z.int().describe('How many hold the node in their routing tables at the end.'),
  found: z.int().describe('How many found another one by asking the node.')
})

const JOINED_FILE = 'joined.json'

/** Joins real go-libp2p hosts to a node, lets each look for another one, and tells what became of it. @throws ProbeError `PP_DEVNET_FAILED` */
export async function joinThrough (address: string, signal: AbortSignal): Promise<z.output<typeof Joined>> {
  const program = await buildGoDevnet(signal)
  const folder = mkdtempSync(join(tmpdir(), 'peerprobe-go-join-'))
  const out = join(folder, JOINED_FILE)

  try {
    await promisify(execFile)(program, ['-join', address, '-out', out], { signal })

    return parseWith(Joined, JSON.parse(readFileSync(out, 'utf8')), { code: 'PP_DEVNET_FAILED', what: JOINED_FILE })
  } catch (err) {
    signal.throwIfAborted()
    throw new ProbeError('PP_DEVNET_FAILED', `no Go host could join by ${address}: ${errorText(err)}`, { cause: err })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
