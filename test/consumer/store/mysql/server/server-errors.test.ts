import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isReadOnlyError, SERVER_ERRORS, serverErrorCode } from '../../../../../consumer/store/mysql/server/server-errors.ts'
import { endsConnection } from '../../../../../consumer/store/mysql/server/store-error.ts'
import { ProbeError } from '../../../../../core/errors.ts'
import type { StoreErrorCode } from '../../../../../consumer/store/mysql/server/server-errors.ts'

/** What the errors that people report mean, with the SQLSTATE that servers give them. */
const EXPECTED: Readonly<Record<StoreErrorCode, readonly (readonly [number: number, sqlState: string])[]>> = {
  PP_STORE_CONFLICT: [[1020, 'HY000'], [1205, 'HY000'], [1213, '40001'], [1412, 'HY000'], [1613, 'XA106'], [3058, 'HY000'], [3101, '40000'], [3572, 'HY000']],
  PP_STORE_UNAVAILABLE: [
    [1021, 'HY000'],
    [1040, '08004'],
    [1047, '08S01'],
    [1053, '08S01'],
    [1114, 'HY000'],
    [1129, 'HY000'],
    [1152, '08S01'],
    [1180, 'HY000'],
    [1203, '42000'],
    [1223, 'HY000'],
    [1226, '42000'],
    [1290, 'HY000'],
    [1317, '70100'],
    [1792, '25006'],
    [1836, 'HY000'],
    [1874, 'HY000'],
    [1927, '70100'],
    [1969, '70100'],
    [3024, 'HY000'],
    [3032, 'HY000'],
    [3100, 'HY000'],
    [3169, 'HY000'],
    [3989, 'HY000'],
    [4031, 'HY000'],
    // Of a proxy, or of a version to come.
    [9001, 'HY000'],
    [9999, 'ZZ000']
  ],
  PP_STORE_SERVER: [[1071, '42000'], [1104, '42000'], [1175, 'HY000'], [1184, '08S01'], [1193, 'HY000'], [1231, '42000'], [1286, '42000'], [1665, 'HY000'], [1846, '0A000'], [3098, 'HY000'], [3161, 'HY000'], [3750, 'HY000'], [9999, '0A000']],
  PP_STORE_AUTH: [[1045, '28000'], [1130, 'HY000'], [1251, '08004'], [1524, 'HY000'], [1698, '28000'], [1820, 'HY000'], [3118, 'HY000'], [4151, 'HY000'], [9999, '28000']],
  PP_STORE_TLS: [[3159, 'HY000']],
  PP_STORE_DATABASE_MISSING: [[1049, '42000'], [1046, '3D000']],
  PP_STORE_GRANT_MISSING: [[1044, '42000'], [1142, '42000'], [1143, '42000'], [1227, '42000'], [1370, '42000']],
  PP_STORE_DATA: [[1048, '23000'], [1062, '23000'], [1153, '08S01'], [1264, '22003'], [1265, '01000'], [1267, 'HY000'], [1292, '22007'], [1300, 'HY000'], [1366, 'HY000'], [1406, '22001'], [1452, '23000'], [1526, 'HY000'], [1644, '45000'], [3819, 'HY000'], [3988, 'HY000'], [4025, '23000'], [9999, '22001']],
  PP_STORE_SCHEMA: [[1054, '42S22'], [1064, '42000'], [1091, '42000'], [1146, '42S02'], [1356, 'HY000'], [1364, 'HY000'], [1449, 'HY000'], [1508, 'HY000'], [9999, '42000'], [9999, '21000']]
}

suite('serverErrorCode', () => {
  for (const [code, errors] of Object.entries(EXPECTED)) {
    test(`calls ${code} what it is`, () => {
      assert.deepEqual(errors.filter(([number, sqlState]) => serverErrorCode(number, sqlState) !== code), [])
    })
  }

  test('lists each number once, in the order of the numbers of its code', () => {
    const numbers = Array.from(SERVER_ERRORS.values(), ({ code, number }) => ({ code, number }))

    for (const [, ofCode] of Map.groupBy(numbers, ({ code }) => code)) {
      assert.deepEqual(ofCode.map(({ number }) => number), ofCode.map(({ number }) => number).toSorted((a, b) => a - b))
    }
    assert.ok(numbers.length > 300, String(numbers.length))
  })

  test('knows by which errors a server says that it takes no writes, and that its connection is of no use then', () => {
    for (const number of [1036, 1290, 1792, 1836, 1874, 3989]) {
      assert.ok(isReadOnlyError(number) && SERVER_ERRORS.get(number)?.code === 'PP_STORE_UNAVAILABLE', String(number))
    }
    assert.equal(isReadOnlyError(1213), false)
    assert.deepEqual((['PP_STORE_UNAVAILABLE', 'PP_STORE_SERVER', 'PP_STORE_CONFLICT', 'PP_STORE_DATA'] as const).map(code => endsConnection(new ProbeError(code, ''))), [true, true, false, false])
  })
})
