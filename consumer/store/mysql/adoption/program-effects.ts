// What a stored program may write and call, from its text alone. In doubt it lists too much: a statement that is
// built at run time may do anything.
import { sqlWords } from './sql-words.ts'
import type { SqlWord } from './sql-words.ts'

/** A name with its schema, which is the program's own unless given. Lower case. */
export interface QualifiedName { schema: string, name: string }

/** What a program may do. */
export interface ProgramEffects {
  /** Tables and views that it may write, and possibly other words of the statements. */
  writes: readonly QualifiedName[]

  /** Procedures and functions that it calls, including functions of the server. */
  calls: readonly (QualifiedName & { isProcedure: boolean })[]

  /** Whether it runs statements that it builds at run time. */
  isDynamic: boolean
}

// Keywords that end the list of tables that a statement may write.
const VALUES = new Set(['(', 'values', 'value', 'set', 'select', 'with', 'partition', 'table'])
const NEVER: ReadonlySet<string> = new Set()
const ENDS: Readonly<Record<string, ReadonlySet<string>>> = {
  insert: VALUES,
  replace: VALUES,
  update: new Set(['set']),
  delete: new Set(['where', 'order', 'limit', 'returning']),
  truncate: NEVER,
  drop: NEVER,
  alter: NEVER,
  rename: NEVER,
  create: new Set(['(', 'select', 'as', 'like']),
  load: new Set(['(', 'set', 'fields', 'columns', 'lines'])
}

// After these words UPDATE is part of another statement.
const BEFORE_NO_UPDATE = new Set(['key', 'for', 'on', 'before', 'after'])

// Words before a statement: in Oracle mode a procedure's name alone is a call.
const STARTS = new Set([';', 'begin', 'then', 'else', 'do', 'loop', 'repeat'])

const NO_WORD: SqlWord = { text: ';', isName: false, isBare: false }

/** The effects of a program of `schema`. */
export function effectsOf (program: string, schema: string): ProgramEffects {
  const words = new Words(sqlWords(program), schema)
  const places = words.places

  return {
    writes: places.filter(i => words.isWriting(i)).flatMap(i => words.namesBetween(i + 1, words.endOf(i))),
    calls: places.map(i => words.callAt(i)).filter(call => call !== undefined),
    isDynamic: places.some(i => words.isKeyword(i, 'prepare') || (words.isKeyword(i, 'execute') && words.isKeyword(i + 1, 'immediate')))
  }
}

/** The words of one program; before the first and after the last, every word is an end of a statement. */
class Words {
  readonly places: readonly number[]
  readonly #words: readonly SqlWord[]
  readonly #schema: string

  constructor (words: readonly SqlWord[], schema: string) {
    this.places = words.map((_, i) => i)
    this.#words = words
    this.#schema = schema
  }

  isKeyword (i: number, word: string): boolean {
    return this.#at(i).isBare && this.#at(i).text === word
  }

  /** Whether a writing statement begins here. */
  isWriting (i: number): boolean {
    const { text, isBare } = this.#at(i)
    const isPartOfAnother = text === 'update' && BEFORE_NO_UPDATE.has(this.#at(i - 1).text)

    // REPLACE(…), INSERT(…) and TRUNCATE(…) are functions.
    return isBare && Object.hasOwn(ENDS, text) && !isPartOfAnother && this.#at(i + 1).text !== '(' && !this.#isQualified(i)
  }

  /** The end of the list of tables that the statement may write. */
  endOf (start: number): number {
    const ends = ENDS[this.#at(start).text] ?? NEVER
    const end = this.#words.findIndex(({ text, isName, isBare }, i) => i > start && (isBare || !isName) && (text === ';' || ends.has(text)))

    return end === -1 ? this.#words.length : end
  }

  namesBetween (start: number, end: number): QualifiedName[] {
    return this.places.slice(start, end).filter(i => this.#at(i).isName && !this.#isQualified(i)).map(i => this.#nameAt(i))
  }

  /** The call that begins here, if any. */
  callAt (i: number): ProgramEffects['calls'][number] | undefined {
    if (!this.#at(i).isName || this.#isQualified(i)) {
      return undefined
    }

    const isProcedure = this.isKeyword(i - 1, 'call')
    const next = this.#at(this.#at(i + 1).text === '.' ? i + 3 : i + 1).text
    const isStatement = next === ';' && !this.isKeyword(i, 'end') && STARTS.has(this.#at(i - 1).text)

    return isProcedure || isStatement || next === '(' ? { ...this.#nameAt(i), isProcedure } : undefined
  }

  #at (i: number): SqlWord {
    return this.#words[i] ?? NO_WORD
  }

  /** Whether the word is the second part of a qualified name. */
  #isQualified (i: number): boolean {
    return this.#at(i - 1).text === '.'
  }

  #nameAt (i: number): QualifiedName {
    const { text } = this.#at(i)
    const second = this.#at(i + 2)

    return this.#at(i + 1).text === '.' && second.isName ? { schema: text, name: second.text } : { schema: this.#schema, name: text }
  }
}
