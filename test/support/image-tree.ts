// What the image holds, without an engine for containers: the Dockerfile's own instructions in their order, each in a folder, with this
// machine's Node in the place of the base's.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

// Debian's list of what is installed, from which the image takes libraries.
const SYSTEM_PACKAGES = '/var/lib/dpkg/status'

interface Instruction { name: string, words: string[], text: string }

/** What {@link buildImageTree} made. */
export interface ImageTree {
  /** The root of its file system. */
  root: string

  workdir: string
  entrypoint: string[]
  command: string[]

  /** Its environment, as `NAME=VALUE`. */
  env: string[]

  user: string
}

/**
 * Builds the image's file system below `folder`, from the sources of this repository.
 *
 * @throws TypeError for an instruction that it does not know, and for what the context of a build would not have
 */
export function buildImageTree (folder: string): ImageTree {
  return buildTreeOf(ROOT, folder)
}

/** The same of other sources, by their Dockerfile. */
export function buildTreeOf (source: string, folder: string): ImageTree {
  const stages = stagesOf(readFileSync(join(source, 'Dockerfile'), 'utf8'))
  const roots = new Map(stages.map(({ name }) => [name, join(folder, name)]))
  let tree: ImageTree = emptyTree('')

  for (const { name, instructions } of stages) {
    const root = roots.get(name)!
    tree = emptyTree(root)

    for (const { name: instruction, words, text } of instructions) {
      switch (instruction) {
        case 'WORKDIR':
          tree.workdir = text
          break
        case 'COPY':
          copy(words, { root, workdir: tree.workdir, source }, roots)
          break
        case 'RUN':
          run(text, join(root, tree.workdir), root)
          break
        case 'ENTRYPOINT':
          tree.entrypoint = JSON.parse(text) as string[]
          break
        case 'CMD':
          tree.command = JSON.parse(text) as string[]
          break
        case 'ENV':
          tree.env.push(...words)
          break
        case 'USER':
          tree.user = text
          break
        default:
          throw new TypeError(`the Dockerfile has an instruction ${instruction} that nobody follows here`)
      }
    }
  }

  return tree
}

function emptyTree (root: string): ImageTree {
  return { root, workdir: '/', entrypoint: [], command: [], env: [], user: '0' }
}

/** Each file of a tree with its mode and its content, or where it leads: two trees are the same where these are. */
export function contentOf (root: string): Map<string, string> {
  const paths = globSync('**/*', { cwd: root }).filter(path => !lstatSync(join(root, path)).isDirectory()).sort()

  return new Map(paths.map(path => [path, describeFile(join(root, path))]))
}

/**
 * What decides what {@link buildTreeOf} makes of these sources: each file of the build's context, and the Node and the
 * system's packages that the image takes from this machine.
 */
export function recipeOf (source = ROOT): string {
  const context = readFileSync(join(source, '.dockerignore'), 'utf8').split('\n').filter(line => line.startsWith('!')).map(line => join(source, line.slice(1)))
  const folders = context.filter(path => lstatSync(path).isDirectory())
  const files = [join(source, 'Dockerfile'), SYSTEM_PACKAGES, ...context].filter(path => existsSync(path) && !folders.includes(path))

  return [
    process.version,
    process.arch,
    ...files.map(path => `${relative(source, path)} ${describeFile(path)}`),
    ...folders.flatMap(folder => [...contentOf(folder)].map(([path, content]) => `${join(relative(source, folder), path)} ${content}`))
  ].join('\n')
}

function describeFile (path: string): string {
  const stats = lstatSync(path)
  const content = stats.isSymbolicLink() ? readlinkSync(path) : createHash('sha256').update(readFileSync(path)).digest('hex')

  return `${stats.mode.toString(8)} ${content}`
}

function stagesOf (dockerfile: string): { name: string, instructions: Instruction[] }[] {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const stages: { name: string, instructions: Instruction[] }[] = []

  for (const line of lines) {
    const [name = '', ...words] = line.split(/\s+/)

    if (name === 'FROM') {
      stages.push({ name: words[2] ?? 'image', instructions: [] })
    } else {
      stages.at(-1)!.instructions.push({ name, words, text: line.slice(name.length).trim() })
    }
  }

  return stages
}

function copy (words: readonly string[], { root, workdir, source }: Record<'root' | 'workdir' | 'source', string>, roots: ReadonlyMap<string, string>): void {
  const from = words.find(word => word.startsWith('--from='))?.slice('--from='.length)
  const paths = words.filter(word => !word.startsWith('--'))
  const target = paths.pop() ?? ''

  for (const path of paths) {
    if (from === undefined && !isInContext(source, path)) {
      throw new TypeError(`the Dockerfile copies ${path}, which .dockerignore keeps out of the build`)
    }

    const to = join(root, target.startsWith('/') ? '' : workdir, target, target.endsWith('./') ? basename(path) : '')
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(from === undefined ? source : roots.get(from)!, path), to, { recursive: true, verbatimSymlinks: true })
  }
}

function isInContext (source: string, path: string): boolean {
  return readFileSync(join(source, '.dockerignore'), 'utf8').split('\n').includes(`!${path}`)
}

// Packages come from the cache of this machine's npm.
function run (text: string, cwd: string, root: string): void {
  const command = text.replace(/--mount=\S+ /g, '').replace(/--cache \S+/g, '').replaceAll(' /system ', ` ${root}/system `)
  mkdirSync(cwd, { recursive: true })
  execFileSync('sh', ['-ec', command], { cwd, env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }, stdio: ['ignore', 'pipe', 'pipe'] })
}
