import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
/**
 * The devnet as a separate process, so that its peers do not share a core with the runner.
 * Ends with its parent, or on SIGTERM: node local/devnet/main.ts --peers 32 --truth devnet.json
 */
import { defined } from '../../core/defined.ts'
import { createLogger } from '../../core/process/logger.ts'
import { runProcess } from '../../core/process/process.ts'
import { aborted } from '../../core/time/signals.ts'
import { Devnet } from './devnet.ts'
import type { DevnetReady } from './devnet-message.ts'

const log = createLogger({ level: 'info', base: { component: 'devnet' } })

await runProcess(async (signal) => {
  const { values } = parseArgs({ options: { 'peers': { type: 'string', default: '32' }, 'truth': { type: 'string' }, 'dial-in-port': { type: 'string' } } })
  const dialIn = values['dial-in-port']
  await using devnet = await Devnet.open({ peers: Number(values.peers), ...defined({ dialInPort: dialIn === undefined ? undefined : Number(dialIn) }) }, signal)

  if (values.truth !== undefined) {
    await writeFile(`${values.truth}.part`, `${JSON.stringify(devnet.truth, undefined, 2)}\n`)
    await rename(`${values.truth}.part`, values.truth)
  }

  process.send?.({ type: 'devnet-ready', truth: devnet.truth } satisfies DevnetReady)
  log.info({ contactable: devnet.truth.contactable, bootstrapPeers: devnet.truth.bootstrapPeers, leftOut: devnet.truth.leftOut }, 'devnet ready')
  await aborted(signal)
}, { log, stopTimeoutMs: 5_000 })
