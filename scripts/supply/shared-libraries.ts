const LINE = /^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/
const FROM_KERNEL = /^\s*linux-\S+ (?:=> )?\(0x[0-9a-f]+\)$/

/**
 * The files of shared libraries, and the loader, in what `ldd` prints of a program.
 *
 * @throws TypeError where a library is missing or a line cannot be read; it names the program
 */
export function librariesIn (text: string, program: string): string[] {
  return text.split('\n').filter(line => line.trim() !== '').flatMap((line) => {
    const path = LINE.exec(line)?.[1]

    if (path === undefined && !FROM_KERNEL.test(line)) {
      throw new TypeError(`${program} cannot be loaded here: ldd says "${line.trim()}"`)
    }

    return path === undefined ? [] : [path]
  })
}

/** The names of Debian packages in the output of `dpkg-query -S`, without their architecture. */
export function ownersIn (text: string): string[] {
  return [...new Set(text.split('\n').flatMap((line) => {
    const end = line.startsWith('diversion ') ? -1 : line.indexOf(': /')

    return end < 0 ? [] : line.slice(0, end).split(', ').map(name => name.split(':')[0] ?? '')
  }))]
}
