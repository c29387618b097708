import { fileURLToPath } from 'node:url'
import { ControlPlane } from '../servers/control-plane.ts'
import { TempFolder } from '../temp-folder.ts'
import type { CommandEnd } from '../servers/control-plane.ts'

/** The chart's folder. */
export const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))

/** A real API server, and Helm with its own folders. */
export class ChartRig implements AsyncDisposable {
  readonly plane: ControlPlane
  readonly folder = new TempFolder()

  private constructor (plane: ControlPlane) {
    this.plane = plane
  }

  /** Starts the API server from the programs in the folder `bin`. */
  static async open (bin: string): Promise<ChartRig> {
    return new ChartRig(await ControlPlane.open(bin))
  }

  /** Runs Helm. */
  async helm (...args: string[]): Promise<CommandEnd> {
    const [HELM_CACHE_HOME, HELM_CONFIG_HOME, HELM_DATA_HOME] = ['cache', 'config', 'data'].map(name => this.folder.file(name))

    return await this.plane.command('helm', args, undefined, { HELM_CACHE_HOME: HELM_CACHE_HOME!, HELM_CONFIG_HOME: HELM_CONFIG_HOME!, HELM_DATA_HOME: HELM_DATA_HOME! })
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await using stack = new AsyncDisposableStack()
    stack.use(this.plane)
    stack.use(this.folder)
  }
}
