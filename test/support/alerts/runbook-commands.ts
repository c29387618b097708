/** A command of a runbook and how its answer begins. */
export interface RunbookCommand {
  command: string

  /** The first line below `prints`; `…` stands for anything. */
  begins: string
}

/** The commands of a page, in its order, each once. */
export function commandsOf (page: string): RunbookCommand[] {
  return [...page.matchAll(/```sh\n(.*?)```\s+prints\s+```text\n(.*?)\n/gs)].map(([, command = '', begins = '']) => ({
    command: command.split('\n').map(line => line.trim()).filter(line => line !== '').join('\n'),
    begins: begins.trim()
  }))
}

/** Whether some line of an answer is as a page says, whatever numbers and widths of columns are. */
export function beginsAs (answer: string, begins: string): boolean {
  const same = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
  const parts = same(begins).split('…').map(part => part.trim())

  return answer.split('\n').map(same).some((line) => {
    let at = 0
    const isThere = parts.every((part, i) => {
      const found = line.indexOf(part, at)
      at = found + part.length
      return i === 0 ? found === 0 : found >= 0
    })

    return isThere && (begins.includes('…') || at === line.length)
  })
}
