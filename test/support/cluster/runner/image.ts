import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The contents of the image in a container: the last stage of the Dockerfile, as built from this folder. */
export interface Image {
  /** Working folder of commands in the container. */
  workdir: string

  entrypoint: string[]

  /** Paths below `workdir`, with their paths on this machine. */
  files: Readonly<Record<string, string>>

  /** The program for `node` in it. */
  node: string
}

/** Reads the Dockerfile, so that a pod runs the same command with the same files as the image. */
export function readImage (): Image {
  const text = readFileSync(`${ROOT}Dockerfile`, 'utf8')
  const lines = text.slice(text.lastIndexOf('\nFROM ')).split('\n').map(line => line.trim())
  const values = (instruction: string): string[] => lines.filter(line => line.startsWith(`${instruction} `)).map(line => line.slice(instruction.length + 1))
  // What goes to the root is the system, in whose place pods have this machine's.
  const words = values('COPY').map(value => value.split(' ').filter(word => !word.startsWith('--'))).filter(copy => copy.at(-1) !== '/')
  const names = words.flatMap(copy => copy.slice(0, -1))

  return {
    workdir: values('WORKDIR').at(-1) ?? '/',
    entrypoint: JSON.parse(values('ENTRYPOINT').at(-1) ?? '[]') as string[],
    files: Object.fromEntries(names.map(name => name.slice(name.lastIndexOf('/') + 1)).map(name => [name, `${ROOT}${name}`])),
    node: process.execPath
  }
}
