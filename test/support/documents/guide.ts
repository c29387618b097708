import { readFileSync } from 'node:fs'

/** Commands of a document, and what it says that they print. */
export interface Step {
  /** Line of the document at which they begin. */
  line: number
  commands: string

  /** `…` stands for anything, a blank for any number of them; undefined where the document shows nothing. */
  prints: string | undefined
}

/** The steps of a document: each block of `sh`, also one of a list, with the block of `text` that follows it, if any, before the next. */
export function stepsOf (path: string): Step[] {
  const text = readFileSync(path, 'utf8')
  const blocks = [...text.matchAll(/^( *)```(sh|text)\n([^]*?)^\1```$/gm)].map(({ 1: indent = '', 2: kind, 3: body = '', index }) => ({
    kind,
    body: body.split('\n').map(line => line.startsWith(indent) ? line.slice(indent.length) : line).join('\n'),
    line: text.slice(0, index).split('\n').length + 1
  }))

  return blocks.flatMap(({ kind, body, line }, i) => {
    const next = blocks[i + 1]

    return kind === 'sh' ? [{ line, commands: body, prints: next?.kind === 'text' ? next.body : undefined }] : []
  })
}

/** A pattern of what a document says that its commands print. */
export function patternOf (prints: string): RegExp {
  const parts = prints.trim().split(/\s*(?:(?<=\s)…(?=\s)|^…(?=\s)|(?<=\s)…$)\s*/).map(part => part.split(/\s+/).map(word => word.split('…').map(text => RegExp.escape(text)).join('[^]*?')).join('\\s+'))

  return new RegExp(`^\\s*${parts.join('[^]*?')}\\s*$`)
}

/** Whether some line of an answer is as the first of those that a document says. */
export function beginsAs (answer: string, prints: string): boolean {
  const pattern = patternOf(prints.trim().split('\n')[0]!)

  return answer.split('\n').some(line => pattern.test(line))
}
