import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { errorText, ProbeError } from '../../core/errors.ts'
import { PRIVATE_FILE } from '../../core/files/private-file.ts'
import { resolveNetwork } from '../../crawler/networks/presets.ts'
import { convertedManifest } from './converted-manifest.ts'
import { readPredecessorConfig } from './predecessor-config.ts'
import type { ConvertOptions } from './converted-manifest.ts'

/** The files that a conversion wrote. */
export interface ConvertedFiles {
  manifest: string

  /** The Secret, readable by its owner only; absent if the predecessor's file has no password. */
  secret?: string

  /** What was not carried over or was chosen, each with its field. */
  notes: readonly string[]
}

const PUBLIC_FILE = 0o644
const MAX_BYTES = 1_048_576

/**
 * Reads a predecessor's configuration and writes `NAME.yaml` and `NAME-secret.yaml` into a folder. Existing files are kept.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` (the file cannot be read or understood, an output exists, no network has the name), `PP_SPEC_INVALID`
 */
export async function convertFiles (path: string, folder: string, options: ConvertOptions): Promise<ConvertedFiles> {
  resolveNetwork({ preset: options.network })
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    throw new ProbeError('PP_CONFIG_INVALID', `${path}: ${errorText(err)}`, { cause: err })
  })

  if (text.length > MAX_BYTES) {
    throw new ProbeError('PP_CONFIG_INVALID', `${path} is larger than 1 MiB: give the configuration file of the earlier program`)
  }

  const { probe, secret, notes } = convertedManifest(readPredecessorConfig(text, path), options)
  const manifest = join(folder, `${options.name}.yaml`)
  await writeNew(manifest, stringify(probe), PUBLIC_FILE)

  if (secret === undefined) {
    return { manifest, notes }
  }

  const secretFile = join(folder, `${options.name}-secret.yaml`)

  try {
    await writeNew(secretFile, stringify(secret), PRIVATE_FILE)
  } catch (err) {
    await rm(manifest, { force: true })
    throw err
  }

  return { manifest, secret: secretFile, notes }
}

async function writeNew (path: string, text: string, mode: number): Promise<void> {
  try {
    await using file = await open(path, 'wx', mode)
    await file.writeFile(text)
  } catch (err) {
    const isThere = err instanceof Error && 'code' in err && err.code === 'EEXIST'
    throw new ProbeError('PP_CONFIG_INVALID', isThere ? `${path} exists already: remove it, or give another --out or --name` : `${path}: ${errorText(err)}`, { cause: err })
  }
}
