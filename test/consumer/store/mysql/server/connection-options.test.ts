import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite, test } from 'node:test'
import { connectionOptionsFor } from '../../../../../consumer/store/mysql/server/connection-options.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { TempFolder } from '../../../../support/temp-folder.ts'
import type { AddressInfo, Socket } from 'node:net'

const CONFIG = { host: '127.0.0.1', port: 3_306, database: 'nodes', username: 'probe', maxOpenConns: 1, maxIdleConns: 1 }

suite('connectionOptionsFor', () => {
  test('reads the password each time, without the line end that an editor leaves', async () => {
    using folder = new TempFolder()
    const passwordFile = folder.file('password')

    for (const [text, password] of [['first', 'first'], [' second \r\n', ' second '], ['third\n\n', 'third\n'], ['', '']] as const) {
      writeFileSync(passwordFile, text)
      assert.equal((await connectionOptionsFor({ ...CONFIG, passwordFile })).password, password)
    }
  })

  test('checks certificate and name where TLS is asked for, and only there', async () => {
    using folder = new TempFolder()
    const [passwordFile, caFile] = [folder.file('password'), folder.file('ca')]
    writeFileSync(passwordFile, '')
    writeFileSync(caFile, 'PEM')

    assert.equal('ssl' in await connectionOptionsFor({ ...CONFIG, passwordFile }), false)
    assert.deepEqual((await connectionOptionsFor({ ...CONFIG, passwordFile, tls: { caFile } })).ssl, { ca: 'PEM', rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' })
    assert.deepEqual((await connectionOptionsFor({ ...CONFIG, passwordFile, tls: {} })).ssl, { rejectUnauthorized: true, verifyIdentity: true, minVersion: 'TLSv1.2' })
  })

  test('names the file that cannot be read', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('password'), '')

    await assert.rejects(connectionOptionsFor({ ...CONFIG, passwordFile: folder.file('none') }), err => isProbeError(err, 'PP_STORE_AUTH') && err.message.includes('none'))
    await assert.rejects(connectionOptionsFor({ ...CONFIG, passwordFile: folder.file('password'), tls: { caFile: folder.file('none') } }), err => isProbeError(err, 'PP_STORE_TLS') && err.message.includes('none'))
  })

  test('gives the socket the name that the certificate is compared with', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('password'), '')
    const server = createServer(socket => socket.end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const options = await connectionOptionsFor({ ...CONFIG, port: (server.address() as AddressInfo).port, passwordFile: folder.file('password') })
    const socket = (options.stream as () => Socket & { _host: string })()

    assert.equal(socket._host, '127.0.0.1')
    socket.destroy()
    server.close()
  })
})
