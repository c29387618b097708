// A check from where a crawler stands: the same command in its pod, by `kubectl exec`, which takes cluster and rights from the
// user's kubeconfig.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ScanId } from '../../core/contracts/visit.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { crawlerName } from '../../operator/model/naming/names.ts'

/** The arguments of kubectl that run a check in the pod of a scan's crawler. @throws ProbeError `PP_CONFIG_INVALID` for what is no scan */
export function execArguments (scan: string, args: readonly string[]): string[] {
  const [namespace = '', name = '', scanName = '', ...rest] = scan.split('/')

  if (!ScanId.safeParse(scan).success || namespace === '' || name === '' || scanName === '' || rest.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `--from: ${escapeControlChars(scan.slice(0, 200))} is no scan of a cluster: give NAMESPACE/PEERPROBE/SCAN, as peerprobe crawls and kubectl peerprobe status show them`)
  }

  return ['exec', '-n', namespace, `deploy/${crawlerName({ namespace, name }, scanName)}`, '--', 'node', 'cli/main.ts', 'check', ...args]
}

/**
 * Runs a check in the pod of a scan's crawler, with the terminal of this process, and returns its exit code.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` for what is no scan, or where there is no kubectl
 */
export async function checkFrom (scan: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  const child = spawn('kubectl', execArguments(scan, args), { stdio: 'inherit', signal })

  try {
    const [code] = await once(child, 'close') as [number | null]

    return code ?? 1
  } catch (err) {
    signal.throwIfAborted()
    throw new ProbeError('PP_CONFIG_INVALID', `--from runs kubectl, which cannot be started: ${errorText(err)}: install kubectl, and let PATH contain its folder`, { cause: err })
  }
}
