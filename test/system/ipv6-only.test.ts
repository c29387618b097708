// A machine without any IPv4 address, like a pod in an IPv6 cluster: the kubelet and Prometheus reach the processes.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { POD_IPS } from '../../operator/model/pod/pod.ts'
import { crawlerObjects } from '../../operator/model/workloads.ts'
import { clusterProbe, modelInput } from '../support/cluster/cluster-probe.ts'
import { missingNamespaces, runAlone } from '../support/network-namespace.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { CrawlerConfigInput } from '../../core/contracts/process-config.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const skip = missingNamespaces()

// Runs a PeerProbe process until it answers at a path, and prints the answer.
const ASK = `
  import { spawn } from 'node:child_process'
  import { networkInterfaces } from 'node:os'
  const [path, ...args] = process.argv.slice(1)
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise(resolve => child.once('exit', resolve))
  let answer
  for (let i = 0; i < 400 && answer === undefined && child.exitCode === null; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    answer = await fetch('http://[::1]:9090' + path).then(async response => ({ code: response.status, body: await response.text() }), () => undefined)
  }
  child.kill('SIGTERM')
  await ended
  console.log(JSON.stringify({ families: Object.values(networkInterfaces()).flat().map(({ family }) => family), ...answer }))
`

interface Answer { families: string[], code: number, body: string }

function ask (path: string, args: readonly string[], environment: Record<string, string>): Answer {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const { stdout, stderr } = runAlone(['sh', '-c', 'ip address delete 127.0.0.1/8 dev lo && exec env "$@"', 'sh', ...settings, process.execPath, '--input-type=module', '-e', ASK, path, ...args], { cwd: ROOT })

  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer
  } catch (err) {
    throw new TypeError(`no answer: ${stdout} ${stderr}`, { cause: err })
  }
}

suite('where there is no IPv4', skip === undefined ? {} : { skip }, () => {
  test('the operator answers its probes', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('config'), JSON.stringify({ 'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: { 'server': 'http://[::1]:1', 'insecure-skip-tls-verify': true } }], 'users': [{ name: 'u', user: {} }], 'contexts': [{ name: 'x', context: { cluster: 'c', user: 'u' } }], 'current-context': 'x' }))
    const { families, code } = ask('/readyz', ['operator/main.ts', '--workload-image', 'x'], { KUBECONFIG: folder.file('config') })

    assert.deepEqual([families, code], [['IPv6'], 200])
  })

  test('a crawler answers with the configuration of its pod, and its passive node listens', () => {
    using folder = new TempFolder()
    const own = { scans: [{ name: 'main', network: { name: 'lab', bootstrapPeers: ['/ip6/::1/tcp/1/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'], protocols: ['/lab/kad/1.0.0'] }, addresses: { policy: 'Private' } }] }
    const probe = clusterProbe(own)
    const [configMap] = crawlerObjects(probe, probe.spec.scans[0]!, modelInput)
    const rendered = JSON.parse((configMap!.object['data'] as Record<string, string>)['process.json']!) as CrawlerConfigInput
    writeFileSync(folder.file('process.json'), JSON.stringify({ ...rendered, bus: { embedded: { path: folder.file('bus.sqlite') } }, passive: {}, terminationLog: folder.file('last-words') }))
    const { families, code, body } = ask('/status', ['crawler/main.ts'], { PEERPROBE_CONFIG: folder.file('process.json'), [POD_IPS]: '::1' })

    assert.deepEqual([families, code], [['IPv6'], 200])
    const { passive } = JSON.parse(body) as { passive: { addresses: string[] } }
    assert.deepEqual(passive.addresses.map(address => address.split('/').slice(1, 4).join(' ')), ['ip6 ::1 tcp', 'ip6 ::1 udp', 'ip6 ::1 tcp'])
  })
})
