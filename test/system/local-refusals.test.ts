import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LocalRun } from '../support/local-run.ts'
import { missingNamespaces, runAlone } from '../support/network-namespace.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const TEN_MISTAKES = `
apiVersion: peerprobe.dev/v1alpha1
kind: PeerProbe
metadata: {name: broken}
spec:
  scans:
    - name: Main Scan
      network: {preset: ipfs}
      colour: red
      active: {interval: ten minutes, concurrency: 0, strategy: Everything}
      addresses: {deny: [10.0.0.0/40], maxDialsPerIP: many}
  consumer: {replicas: -1, batch: {maxWait: 5}}
  retention: {after: 30d}
`
const TEN_FIELDS = ['spec.scans[0].name', 'spec.scans[0].colour', 'spec.scans[0].active.interval', 'spec.scans[0].active.concurrency', 'spec.scans[0].active.strategy', 'spec.scans[0].addresses.deny[0]', 'spec.scans[0].addresses.maxDialsPerIP', 'spec.consumer.replicas', 'spec.consumer.batch.maxWait', 'spec.retention.after']

suite('npm start refuses', () => {
  test('a manifest with ten mistakes with ten messages, each naming its field', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('probe.yaml'), TEN_MISTAKES)
    await using run = new LocalRun([folder.file('probe.yaml'), '--once'], { cwd: folder.path })
    const { code, stderr } = await run.ended
    const lines = stderr.split('\n').filter(line => line.startsWith('  '))

    assert.equal(code, 64)
    assert.equal(lines.length, 10, stderr)
    assert.deepEqual(lines.map(line => line.trim().split(': ')[0]).sort(), TEN_FIELDS.sort())
  })

  test('to crawl a public network without a network, in one sentence with the way out', (t) => {
    using folder = new TempFolder()
    const missing = missingNamespaces()

    if (missing !== undefined) {
      t.skip(missing)
      return
    }

    const amino = [process.execPath, `${root}local/main.ts`, `${root}examples/amino.yaml`, '--data', folder.path]
    const { status, stderr } = runAlone(amino, { cwd: folder.path })

    assert.equal(status, 1)
    assert.match(stderr.trim(), /^peerprobe: no bootstrap peer of network ipfs could be contacted \([^)]+\)\. Check that this machine reaches the internet[^\n]+\(PP_NO_BOOTSTRAP\)$/)
  })

  test('a folder that another run uses', async () => {
    using folder = new TempFolder()
    await using first = new LocalRun(['--data', folder.path], { cwd: folder.path })
    await until('the first run holds the folder', () => first.stdout.includes('starting'))
    await using second = new LocalRun(['--data', folder.path], { cwd: folder.path })
    const { code, stderr } = await second.ended

    assert.equal(code, 64)
    assert.match(stderr, /another run is using/)
  })
})
