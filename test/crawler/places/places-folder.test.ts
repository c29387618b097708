import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { pino } from 'pino'
import { PlacesFolder } from '../../../crawler/places/places-folder.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { mmdb } from '../../support/places/mmdb.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { PlacesFolderDeps } from '../../../crawler/places/places-folder.ts'

const countries = (code: string, builtAt?: string): Buffer =>
  mmdb({ type: `Countries-${code}`, networks: { '1.0.0.0/8': { country: { iso_code: code } } }, ...builtAt === undefined ? {} : { builtAt: new Date(builtAt) } })
const SYSTEMS = mmdb({ type: 'Systems', builtAt: new Date('2026-10-01T00:00:00Z'), networks: { '1.0.0.0/8': { autonomous_system_number: 16509 } } })

suite('the folder of place files', () => {
  test('is used as it is at the start, in the order of the names', async () => {
    using lab = new Lab()
    lab.write('b.mmdb', countries('DE'))
    lab.write('a.mmdb', countries('FR'))
    lab.write('systems.mmdb', SYSTEMS)
    lab.write('README.txt', Buffer.from('no place file'))
    lab.write('.hidden.mmdb', Buffer.from('being downloaded'))
    const places = await lab.open()

    assert.deepEqual(lab.at(places), { country: 'FR', asn: 16509, cloud: 'AWS', source: 'Countries-FR 2026-11-28, Systems 2026-10-01' })
    assert.deepEqual(places.status().files.map(({ name, kinds }) => [name, ...kinds]), [['a.mmdb', 'country'], ['b.mmdb', 'country'], ['systems.mmdb', 'as']])
    assert.deepEqual([places.status().refused, places.status().damagedLookups], [[], 0])
  })

  test('is looked at while the crawler runs, and a file is used once it is the same for two looks', async () => {
    using lab = new Lab()
    lab.write('c.mmdb', countries('DE'))
    const clock = new FakeClock()
    const places = await lab.open({ clock })
    const controller = new AbortController()
    const running = places.run(controller.signal)
    lab.write('c.mmdb', countries('SE'))
    const looks = async (): Promise<string | undefined> => {
      await clock.advance(10_000)

      return lab.at(places)?.country
    }
    await until('the new file is in use', async () => await looks() === 'SE')
    controller.abort()
    await running

    assert.equal(clock.pending, 0)
  })

  test('does not read a file that is still being written', async () => {
    using lab = new Lab()
    lab.write('c.mmdb', countries('DE'))
    const places = await lab.open()
    const whole = countries('SE')

    for (let bytes = 100; bytes < whole.length; bytes += 100) {
      lab.write('c.mmdb', whole.subarray(0, bytes))
      await places.look()
      assert.deepEqual([lab.at(places)?.country, places.status().refused], ['DE', []])
    }

    lab.write('c.mmdb', whole)
    await places.look()
    await places.look()

    assert.equal(lab.at(places)?.country, 'SE')
    assert.equal(lab.warnings().length, 0)
  })

  test('refuses a file that stays half written, says so once, and keeps the last usable one', async () => {
    using lab = new Lab()
    lab.write('c.mmdb', countries('DE'))
    const places = await lab.open()
    lab.write('c.mmdb', countries('SE'))
    truncateSync(lab.path('c.mmdb'), 300)
    await lab.looks(places, 4)

    assert.equal(lab.at(places)?.country, 'DE')
    assert.deepEqual(places.status().refused.map(({ name, code }) => [name, code]), [['c.mmdb', 'PP_PLACES_INVALID']])
    assert.match(places.status().refused[0]?.message ?? '', /^c\.mmdb is not used: it has no end/)
    assert.deepEqual(lab.warnings().map(({ code, path, stillInUse }) => [code, path, stillInUse]), [['PP_PLACES_INVALID', 'c.mmdb', 'Countries-DE 2026-11-28']])

    lab.write('c.mmdb', countries('NO'))
    await lab.looks(places, 2)

    assert.deepEqual([lab.at(places)?.country, places.status().refused], ['NO', []])
  })

  test('uses what a ConfigMap is after its links are swapped', async () => {
    using lab = new Lab()
    mkdirSync(lab.path('..v1'))
    mkdirSync(lab.path('..v2'))
    writeFileSync(lab.path('..v1/c.mmdb'), countries('DE'))
    writeFileSync(lab.path('..v2/c.mmdb'), countries('SE'))
    symlinkSync('..v1', lab.path('..data'))
    symlinkSync('..data/c.mmdb', lab.path('c.mmdb'))
    const places = await lab.open()
    assert.equal(lab.at(places)?.country, 'DE')
    symlinkSync('..v2', lab.path('..data_tmp'))
    renameSync(lab.path('..data_tmp'), lab.path('..data'))
    rmSync(lab.path('..v1'), { recursive: true })
    await lab.looks(places, 2)

    assert.equal(lab.at(places)?.country, 'SE')
  })

  test('forgets a file that is gone for two looks, not one that is being replaced', async () => {
    using lab = new Lab()
    lab.write('c.mmdb', countries('DE'))
    const places = await lab.open()
    rmSync(lab.path('c.mmdb'))
    await places.look()
    assert.equal(lab.at(places)?.country, 'DE')
    lab.write('c.mmdb', countries('SE'))
    await lab.looks(places, 2)
    assert.equal(lab.at(places)?.country, 'SE')
    rmSync(lab.path('c.mmdb'))
    await lab.looks(places, 2)

    assert.deepEqual([lab.at(places), places.status().files], [undefined, []])
    assert.match(places.status().refused[0]?.message ?? '', /has no file whose name ends with \.mmdb/)
  })

  test('may be empty or missing at first: the crawler runs, and says what is missing', async () => {
    using lab = new Lab()
    const missing = lab.path('places')
    const places = await PlacesFolder.open(missing, { clock: new FakeClock(), log: lab.log })
    assert.match(places.status().refused[0]?.message ?? '', /cannot be read: ENOENT/)
    mkdirSync(missing)
    writeFileSync(`${missing}/c.mmdb`, countries('DE'))
    await lab.looks(places, 3)

    assert.deepEqual([lab.at(places)?.country, places.status().refused], ['DE', []])
    assert.equal(lab.warnings().length, 1)
  })

  test('refuses what is no file, a link without a target, and files beyond the limits, one by one', async () => {
    using lab = new Lab()
    mkdirSync(lab.path('a.mmdb'))
    symlinkSync('nowhere', lab.path('b.mmdb'))
    lab.write('c.mmdb', countries('DE'))
    lab.write('d.mmdb', Buffer.concat([Buffer.alloc(4_000), SYSTEMS]))
    lab.write('e.mmdb', SYSTEMS)
    lab.write('f.mmdb', SYSTEMS)
    const places = await lab.open({ limits: { files: 2, fileBytes: 4_000, totalBytes: 8_000 } })

    assert.deepEqual(places.status().files.map(({ name }) => name), ['c.mmdb', 'e.mmdb'])
    assert.deepEqual(places.status().refused.map(({ message }) => message.replace(/ENOENT.*/, 'ENOENT').replaceAll(/\d{4,}/g, 'N')), [
      'a.mmdb is not used: it is not a file',
      'b.mmdb is not used: ENOENT',
      'd.mmdb is not used: it has N bytes, and there is room for N: use a smaller edition (countries instead of cities)',
      'f.mmdb is not used: 2 files are in use already'
    ])
  })

  test('counts the bytes of all files against one limit', async () => {
    using lab = new Lab()
    lab.write('a.mmdb', SYSTEMS)
    lab.write('b.mmdb', SYSTEMS)
    const places = await lab.open({ limits: { files: 9, fileBytes: SYSTEMS.length, totalBytes: 2 * SYSTEMS.length - 1 } })

    assert.deepEqual([places.status().files.length, places.status().refused.length], [1, 1])
  })

  test('was built when the largest file of each kind was', async () => {
    using lab = new Lab()
    lab.write('a-own.mmdb', countries('CH', '2020-01-01T00:00:00Z'))
    lab.write('countries.mmdb', mmdb({ builtAt: new Date('2026-11-01T00:00:00Z'), networks: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`${String(i + 1)}.0.0.0/8`, { country_code: 'DE' }])) }))
    const places = await lab.open()

    assert.deepEqual([...places.builtAtMs()], [['country', Date.UTC(2026, 10, 1)]])
  })
})

interface LogLine { level: number, code?: string, path?: string, stillInUse?: string }

class Lab implements Disposable {
  readonly #folder = new TempFolder()
  readonly #lines: LogLine[] = []
  readonly log = pino({ level: 'info' }, { write: line => this.#lines.push(JSON.parse(line) as LogLine) })

  path (name: string): string {
    return this.#folder.file(name)
  }

  // A replaced file has another inode, so that its state differs however fast the test is.
  write (name: string, content: Buffer): void {
    writeFileSync(this.path('.new'), content)
    renameSync(this.path('.new'), this.path(name))
    assert.equal(readFileSync(this.path(name)).length, content.length)
  }

  async open (deps: Partial<PlacesFolderDeps> = {}): Promise<PlacesFolder> {
    return await PlacesFolder.open(this.#folder.path, { clock: new FakeClock(), log: this.log, ...deps })
  }

  async looks (places: PlacesFolder, times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      await places.look()
    }
  }

  at (places: PlacesFolder): ReturnType<PlacesFolder['placeOf']> {
    return places.placeOf({ address: multiaddr('/ip4/1.2.3.4/tcp/4001').bytes, transport: 'tcp' })
  }

  warnings (): LogLine[] {
    return this.#lines.filter(({ level }) => level >= 40)
  }

  [Symbol.dispose] (): void {
    this.#folder[Symbol.dispose]()
  }
}
