import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { suite, test } from 'node:test'
import { isProbeError } from '../../core/errors.ts'
import { checkListenAddress, practicePort, withOwnPorts } from '../../local/passive-ports.ts'
import { API_VERSION, KIND, PeerProbe } from '../../operator/api/v1alpha1.ts'
import { freePortPair } from '../support/servers/free-ports.ts'

const HOST = '127.0.0.1'
const probeOf = (...scans: object[]): PeerProbe => PeerProbe.parse({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: 'amino' },
  spec: { scans: scans.map((passive, i) => ({ name: `scan-${String(i)}`, network: { preset: 'ipfs' }, passive })) }
})
const portsOf = ({ spec }: PeerProbe): number[] => spec.scans.map(({ passive }) => passive.port)

suite('ports of passive nodes on one machine', () => {
  test('differ for every scan, with the next port for WebSocket, and ports other than the default are reported', async () => {
    const { probe, moved } = await withOwnPorts(probeOf({}, {}, {}), HOST)
    const ports = portsOf(probe)
    const all = ports.flatMap(port => [port, port + 1])

    assert.equal(new Set(all).size, all.length)
    assert.deepEqual(moved, probe.spec.scans.flatMap(({ name, passive: { port } }) => port === 4_001 ? [] : [{ scan: name, port }]))
    assert.ok(moved.length >= 2)
  })

  test('stay as in the manifest, and without a passive node', async () => {
    const port = await freePortPair()
    const { probe, moved } = await withOwnPorts(probeOf({ port }, { enabled: false }, { enabled: false }), HOST)

    assert.deepEqual([portsOf(probe), moved], [[port, 4_001, 4_001], []])
  })

  for (const [what, take] of [
    ['by TCP', async () => await listening(createServer().listen(4_001, HOST))],
    ['by UDP', async () => await listening(createSocket('udp4').bind(4_001, HOST))],
    ['where WebSocket would listen', async () => await listening(createServer().listen(4_002, HOST))]
  ] as const) {
    test(`move when the default one is taken ${what}`, async () => {
      using stack = new DisposableStack()
      stack.adopt(await take(), listener => listener?.close())
      const { moved } = await withOwnPorts(probeOf({}), HOST)

      assert.deepEqual(moved.map(({ scan, port }) => [scan, port === 4_001]), [['scan-0', false]])
    })
  }
})

test('a practice network never uses the default port of other libp2p software: its peers dial it before anything listens', async () => {
  const ports = await Promise.all(Array.from({ length: 8 }, async () => await practicePort('127.0.0.1')))

  assert.deepEqual(ports.filter(port => port === 4_001), [])
})

suite('ports of passive nodes in the manifest', () => {
  test('are refused with their field if another program uses them', async () => {
    const port = await freePortPair()
    using stack = new DisposableStack()
    stack.adopt(await listening(createSocket('udp4').bind(port, HOST)), socket => socket?.close())

    await assert.rejects(withOwnPorts(probeOf({ enabled: false }, { port }), HOST), err =>
      isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(`spec.scans[1].passive.port: no passive node can listen on ${String(port)} (`) && err.message.includes('EADDRINUSE'))
  })

  test('are refused if two scans want the same port, or one wants the WebSocket port of the other', async () => {
    const port = await freePortPair()

    for (const other of [port, port + 1, port - 1]) {
      await assert.rejects(withOwnPorts(probeOf({ port }, { port: other }), HOST), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('spec.scans[1].passive.port') && err.message.includes('scan-0 uses it'))
    }
  })
})

suite('the address that passive nodes listen on', () => {
  for (const host of ['192.0.2.1', '224.0.0.1', '255.255.255.255', '2001:db8::1', 'ff02::1', 'fe80::1']) {
    test(`cannot be ${host}; the message has the option and the cause`, async () => {
      await assert.rejects(checkListenAddress(host), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.startsWith(`--listen: no passive node can listen on ${host} (`))
    })
  }

  for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
    test(`may be ${host}`, async () => {
      assert.equal(await checkListenAddress(host), host)
    })
  }

  test('is every IPv4 address if the kernel has no IPv6', async () => {
    assert.equal(await checkListenAddress('::', async host => await Promise.resolve(host === '::' ? 'EAFNOSUPPORT' : undefined)), '0.0.0.0')
    await assert.rejects(checkListenAddress('::', async () => await Promise.resolve('EACCES')), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('EACCES'))
  })
})

// Another program may use the port already, which has the same effect.
async function listening<T extends NodeJS.EventEmitter> (listener: T): Promise<T | undefined> {
  try {
    await once(listener, 'listening')
    return listener
  } catch {
    return undefined
  }
}
