import { InvalidArgumentError } from 'commander'

/**
 * Reads an option that must not be empty. An empty text is usually an unset shell variable: a default instead, such as the
 * current folder or any free port, would be a surprise.
 *
 * @throws InvalidArgumentError which commander shows with the name of the option
 */
export function nonEmpty (text: string): string {
  if (text.trim() === '') {
    throw new InvalidArgumentError('must not be empty.')
  }

  return text
}

/**
 * Returns a reader of whole numbers from `min` to `max`.
 *
 * @throws InvalidArgumentError from the reader, which commander shows with the name of the option
 */
export function wholeNumber (min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)

    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`must be a whole number from ${String(min)} to ${String(max)}.`)
    }

    return value
  }
}
