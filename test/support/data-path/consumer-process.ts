import { ReadyProcess } from './ready-process.ts'

/** A real consumer process. */
export class ConsumerProcess extends ReadyProcess {
  constructor (configPath: string) {
    super('consumer', configPath)
  }

  /** The sum of a counter over the labels that match. */
  async counter (name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${String(await this.ready)}/metrics`)).text()

    return text.split('\n').filter(line => line.startsWith(name) && line.includes(labels)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }
}
