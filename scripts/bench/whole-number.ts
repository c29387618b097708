import { InvalidArgumentError } from 'commander'

/** A parser of a command line's option that takes whole numbers of a range. */
export function wholeNumber (min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)

    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`must be a whole number from ${String(min)} to ${String(max)}.`)
    }

    return value
  }
}
