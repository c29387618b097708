// Another program can change a database and its tables. So the type of a value is checked where it is read, not assumed by a cast.
import { ProbeError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

/** Reads values of columns by type. Every method names the column in its error. */
export class ColumnReader {
  /** Code of the error that a value of another type causes. */
  readonly code: ErrorCode

  constructor (code: ErrorCode) {
    this.code = code
  }

  /** A text. @throws ProbeError when the value is something else */
  text (value: unknown, column: string): string {
    return typeof value === 'string' ? value : this.#refuse(column, value, 'a text is')
  }

  /** A text or null. @throws ProbeError as {@link text} */
  textOrNull (value: unknown, column: string): string | null {
    return value === null ? null : this.text(value, column)
  }

  /** A number. @throws ProbeError when the value is something else */
  number (value: unknown, column: string): number {
    return typeof value === 'number' ? value : this.#refuse(column, value, 'a number is')
  }

  /** A number or null. @throws ProbeError as {@link number} */
  numberOrNull (value: unknown, column: string): number | null {
    return value === null ? null : this.number(value, column)
  }

  /** A text or a number. @throws ProbeError when the value is something else */
  textOrNumber (value: unknown, column: string): string | number {
    return typeof value === 'number' ? value : this.text(value, column)
  }

  /** Bytes. @throws ProbeError when the value is something else */
  bytes (value: unknown, column: string): Uint8Array {
    return value instanceof Uint8Array ? value : this.#refuse(column, value, 'bytes are')
  }

  /** A list. @throws ProbeError when the value is something else */
  list (value: unknown, column: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.#refuse(column, value, 'a list is')
  }

  /** A text of a closed set. @throws ProbeError when the value is not in the set */
  oneOf<T extends string> (value: unknown, column: string, texts: readonly T[]): T {
    return texts.find(text => text === value) ?? this.#refuse(column, value, `one of ${texts.join(', ')} is`)
  }

  #refuse (column: string, value: unknown, wanted: string): never {
    const problem = `contains ${describe(value)} where ${wanted} expected: another program changed it`

    throw new ProbeError(this.code, `column ${column} of the database ${problem}`, { details: { column } })
  }
}

function describe (value: unknown): string {
  if (typeof value === 'string') {
    return `the text ${JSON.stringify(value.slice(0, 40))}`
  }

  return value === null ? 'NULL' : value === undefined ? 'nothing' : `a ${typeof value}`
}
