// Which programs of a server can write given tables: directly, through a view or another table's trigger, or through
// routines that they call, over any number of steps.
import type { ProgramEffects, QualifiedName } from './program-effects.ts'
import type { StoredProgram, StoredPrograms } from './stored-programs.ts'

/** A program and why it may write the tables; `why` is empty if it cannot. */
export interface JudgedProgram {
  program: StoredProgram
  why: string
}

/** Determines for every program whether it can write one of `tables`. */
export function judgePrograms ({ programs, views }: StoredPrograms, tables: readonly QualifiedName[]): JudgedProgram[] {
  const targets = new Set(tables.map(keyOf))
  const reasons = new Map<StoredProgram, string>()

  // Each round may find programs through those of the round before; the last round finds none.
  for (let known = -1; known < targets.size + reasons.size;) {
    known = targets.size + reasons.size

    for (const view of views.filter(({ text }) => mentionsOne(text, targets))) {
      targets.add(keyOf(view))
    }
    for (const program of programs.filter(candidate => !reasons.has(candidate))) {
      note(program, reasonOf(program, { targets, programs, reasons }), { targets, reasons })
    }
  }

  return programs.map(program => ({ program, why: reasons.get(program) ?? '' }))
}

function note (program: StoredProgram, why: string, { targets, reasons }: { targets: Set<string>, reasons: Map<StoredProgram, string> }): void {
  if (why !== '') {
    reasons.set(program, why)

    // A program that writes the trigger's table causes the trigger to run.
    if (program.table !== undefined) {
      targets.add(keyOf(program.table))
    }
  }
}

type Call = ProgramEffects['calls'][number]

interface Known {
  targets: ReadonlySet<string>
  programs: readonly StoredProgram[]
  reasons: ReadonlyMap<StoredProgram, string>
}

function reasonOf (program: StoredProgram, known: Known): string {
  const { effects, concerns } = program

  if (effects === undefined) {
    return ''
  }

  const written = effects.writes.find(name => known.targets.has(keyOf(name)))

  if (written !== undefined) {
    return `writes ${written.name}`
  }
  // A program of another schema that does not mention this one is not suspected.
  if (effects.isDynamic && concerns !== 'other') {
    return 'runs statements that it builds at run time'
  }

  return effects.calls.map(call => reasonOfCall(call, concerns, known)).find(why => why !== '') ?? ''
}

function reasonOfCall (call: Call, concerns: StoredProgram['concerns'], { programs, reasons }: Known): string {
  const called = programs.filter(({ kind, schema, name }) => !isSetOff(kind) && schema === call.schema && name === call.name)
  const why = called.map(routine => reasons.get(routine)).find(reason => reason !== undefined)

  if (why !== undefined) {
    return `calls ${call.name}, which ${why}`
  }

  const isUnread = called.some(({ effects }) => effects === undefined) || (called.length === 0 && call.isProcedure)

  return isUnread && concerns === 'own' ? `calls ${call.name}, which this user cannot read` : ''
}

function isSetOff (kind: StoredProgram['kind']): boolean {
  return kind === 'EVENT' || kind === 'TRIGGER'
}

function keyOf ({ schema, name }: QualifiedName): string {
  return `${schema}.${name}`
}

// The server writes the names in a view in full: `schema`.`table`.
function mentionsOne (text: string, targets: ReadonlySet<string>): boolean {
  const names = [...text.toLowerCase().matchAll(/`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`/g)]

  return names.some(([, schema, name]) => targets.has(`${schema ?? ''}.${name ?? ''}`))
}
