import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isWithin } from '../../../../core/ip/cidr.ts'
import { FORBIDDEN_RANGES, METADATA_RANGES, PRIVATE_RANGES } from '../../../../core/ip/ip-ranges.ts'
import { AddressPolicy } from '../../../../crawler/address/address-policy.ts'
import { addressClassOf } from '../../../../crawler/address/ip-class.ts'
import { inRange, parseCidr } from '../../../../crawler/address/ip-range.ts'
import { formatIp, parseIp } from '../../../../crawler/address/ip-text.ts'
import { isMetadata } from '../../../../operator/model/network/egress.ts'
import { networkPolicies } from '../../../../operator/model/network/policies.ts'
import { clusterProbe } from '../../../support/cluster/cluster-probe.ts'
import type { IpClass } from '../../../../crawler/address/ip-class.ts'

interface Rule { to?: { ipBlock?: { cidr: string, except?: string[] }, namespaceSelector?: object }[], ports?: { port: number, protocol: string }[] }

const ip = (text: string): Uint8Array => parseIp(text) ?? assert.fail(text)
const holds = (cidr: string, address: Uint8Array): boolean => inRange(parseCidr(cidr) ?? assert.fail(cidr), address)

const isIn = ({ cidr, except = [] }: { cidr: string, except?: string[] }, address: Uint8Array): boolean =>
  holds(cidr, address) && !except.some(inner => holds(inner, address))

// How a network applies a policy: the union of its rules.
const mayReach = (rules: readonly Rule[], address: Uint8Array, port: number): boolean => rules.some(({ to, ports }) =>
  (ports === undefined || ports.some(one => one.port === port && one.protocol === 'TCP'))
  && (to === undefined || to.some(({ ipBlock }) => ipBlock !== undefined && isIn(ipBlock, address))))

const egressOf = (spec: object, bootstrapServers = ['kafka:9092']): [crawler: Rule[], others: Rule[]] => {
  const rules = networkPolicies(clusterProbe(spec), { kafka: { bootstrapServers } }).map(({ object }) => (object['spec'] as { egress: Rule[] }).egress)
  return [rules[0]!, rules.at(-1)!]
}
const scan = (policy: string, deny: string[] = [], name = 'main'): object => ({ name, network: { preset: 'ipfs' }, addresses: { policy, deny } })
// Next to a scan that dials everything: the policy of one scan must not open anything to another.
const crawlerOf = (policy: string, deny: string[] = []): Rule[] => egressOf({ scans: [scan(policy, deny), scan('Any', [], 'wide')] })[0]

// The first and the last address of a range, and their neighbours outside.
const edgesOf = (cidr: string): Uint8Array[] => {
  const { ip: start, bits } = parseCidr(cidr)!
  const width = start.length * 8
  const first = BigInt(`0x${Buffer.from(start).toString('hex')}`)
  const last = first | ((1n << BigInt(width - bits)) - 1n)
  const max = (1n << BigInt(width)) - 1n

  return [first - 1n, first, last, last + 1n].filter(value => value >= 0n && value <= max).map(value => Uint8Array.from(Buffer.from(value.toString(16).padStart(width / 4, '0'), 'hex')))
}
const disguises = (v4: Uint8Array): Uint8Array[] => [
  Uint8Array.from([0, 0x64, 0xff, 0x9b, ...Array<number>(8).fill(0), ...v4]),
  Uint8Array.from([0x20, 0x02, ...v4, ...Array<number>(10).fill(0)])
]
const edges = [...FORBIDDEN_RANGES.ipv4, ...PRIVATE_RANGES.ipv4, ...FORBIDDEN_RANGES.ipv6, ...PRIVATE_RANGES.ipv6, '2000::/3', '64:ff9b::/96', '2002::/16'].flatMap(edgesOf)
const isTeredo = (address: Uint8Array): boolean => address.length === 16 && holds('2001::/32', address)
const METADATA = ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16', '192.0.0.192', '100.100.100.200', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'fe80::a9fe:a9fe', '64:ff9b::169.254.169.254', '2002:a9fe:a9fe::']
const reached = (rules: readonly Rule[], port: number): string[] => METADATA.filter(text => mayReach(rules, ip(text), port))

suite('egress of crawlers', () => {
  const policies: readonly [string, IpClass[]][] = [['Public', ['public']], ['Private', ['private']], ['Any', ['public', 'private']]]

  for (const [scans, classes] of policies) {
    const rules = crawlerOf(scans)
    const agrees = (address: Uint8Array): void => {
      // No CIDR can match the address inside a Teredo address, so the policy allows none of them.
      const expected = !isTeredo(address) && classes.includes(addressClassOf(address))
      assert.equal(mayReach(rules, address, 4_001), expected, `${formatIp(address)} for ${scans}`)
    }

    test(`of a ${scans} scan equals what the process dials, at the edges of each range and in each notation`, () => {
      for (const address of edges) {
        agrees(address)

        for (const disguise of address.length === 4 ? disguises(address) : []) {
          agrees(disguise)
        }
      }
    })

    test(`of a ${scans} scan equals what the process dials, anywhere`, () => {
      fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (v4) => {
        [v4, ...disguises(v4)].forEach(agrees)
      }))
      fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), agrees))
    })
  }

  const denials: readonly [string, string[]][] = [
    ['an address', ['93.184.216.34/32', '2606:2800:220:1::34/128', '10.0.0.5/32', 'fd00::5/128']],
    ['networks', ['93.184.0.0/16', '10.0.0.0/8', '2606:2800::/32', 'fd00::/16']],
    ['networks with host bits', ['93.184.216.34/12', '10.1.2.3/9', '2606:2800::1/30', 'fd00::9/15']],
    ['all of a family', ['0.0.0.0/0']],
    ['all of the other family', ['::/0']],
    ['all', ['0.0.0.0/0', '::/0']],
    ['ranges that contain a whole block', ['2000::/2', 'fc00::/6', '172.16.0.0/11']],
    ['exactly a block', ['2000::/3', 'fc00::/7', '10.0.0.0/8', '64:ff9b::/96']],
    ['disguises', ['64:ff9b::a00:0/104', '64:ff9b::5db8:d822/128', '2002:5db8::/32', '2002::/16', '::ffff:10.0.0.0/104', '::ffff:0:0/96']],
    ['ranges that are refused anyway, and duplicates', ['169.254.0.0/16', '169.254.0.0/16', '169.254.169.254/32', '2001:db8::/32']]
  ]

  for (const [what, deny] of denials) {
    test(`leaves out what the scan denies: ${what}`, () => {
      for (const policy of ['Public', 'Private', 'Any'] as const) {
        const rules = crawlerOf(policy, deny)
        const dialled = new AddressPolicy({ policy, deny })
        const agrees = (address: Uint8Array): void => {
          const expected = !isTeredo(address) && dialled.allowsIp(address)
          assert.equal(mayReach(rules, address, 4_001), expected, `${formatIp(address)} for ${policy} without ${deny.join()}`)
        }

        for (const address of [...edges, ...deny.flatMap(edgesOf)]) {
          [address, ...address.length === 4 ? disguises(address) : []].forEach(agrees)
        }
        fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (v4) => {
          [v4, ...disguises(v4)].forEach(agrees)
        }))
      }
    })

    // Exceptions must be inside their block, and a rule without addresses would apply to all addresses.
    test(`is accepted by the API server if the scan denies ${what}`, () => {
      for (const { to, ports } of ['Public', 'Private', 'Any'].flatMap(policy => crawlerOf(policy, deny))) {
        assert.ok(to === undefined ? ports?.every(({ port }) => port === 53) : to.length > 0)

        for (const { cidr, except = [] } of (to ?? []).flatMap(({ ipBlock }) => ipBlock ?? [])) {
          assert.deepEqual(except.filter(inner => !isWithin(inner, cidr) || isWithin(cidr, inner)), [], cidr)
          assert.equal(new Set(except).size, except.length)
        }
      }
    })
  }

  test('never reaches a metadata service, whatever scans ask for', () => {
    for (const policy of ['Public', 'Private', 'Any']) {
      assert.deepEqual(reached(crawlerOf(policy), 80), [], policy)
    }
  })
})

suite('egress to servers', () => {
  const ranges = [...METADATA_RANGES.ipv4, ...METADATA_RANGES.ipv6]
  const mysql = (host: string, port = 3_306): object => ({ mysql: { host, port, database: 'ipfs', credentialsSecret: { name: 'mysql' } } })

  test('goes only to their addresses if these are known, in each notation', () => {
    for (const [host, right, wrong] of [['10.0.0.5', '10.0.0.5', '10.0.0.6'], ['fd00::5', 'fd00::5', 'fd00::6'], ['[fd00::5]', 'fd00::5', 'fd00::6'], ['::ffff:10.0.0.5', '10.0.0.5', '10.0.0.6']] as const) {
      const [crawler, others] = egressOf(mysql(host))
      assert.ok(mayReach(others, ip(right), 3_306), host)
      assert.ok(!mayReach(others, ip(wrong), 3_306), host)
      assert.ok(!mayReach(others, ip(right), 22), host)
      assert.ok(!mayReach(crawler, ip(right), 3_306), host)
    }

    const servers = ['10.0.0.7:9092', '[fd00::7]:9094']
    for (const rules of egressOf({ kafka: { brokers: servers } }, servers)) {
      assert.deepEqual(['10.0.0.7', '10.0.0.8', 'fd00::7'].map(text => mayReach(rules, ip(text), 9_092)), [true, false, false])
      assert.ok(mayReach(rules, ip('fd00::7'), 9_094))
    }
  })

  test('goes to their ports if they have names, at a pod or anywhere except a metadata service', () => {
    for (const port of [80, 443, 3_306]) {
      const [, others] = egressOf(mysql('db', port))
      assert.ok(mayReach(others, ip('10.0.0.5'), port) && mayReach(others, ip('2a01::5'), port) && mayReach(others, ip('fd00::5'), port))
      assert.ok(others.some(({ to, ports }) => ports?.[0]?.port === port && to?.some(({ namespaceSelector }) => namespaceSelector !== undefined)))
      assert.ok(!mayReach(others, ip('10.0.0.5'), 22))
      assert.deepEqual(reached(others, port), [])
      assert.ok(ranges.flatMap(edgesOf).every(address => mayReach(others, address, port) === !ranges.some(cidr => holds(cidr, address))))
    }

    for (const rules of egressOf({ kafka: { brokers: ['kafka:80'] } }, ['kafka:80'])) {
      assert.deepEqual(reached(rules, 80), [])
    }
  })

  test('goes to ports if Strimzi reports an address: its brokers have other addresses', () => {
    const [crawler, others] = egressOf({ kafka: { strimzi: { cluster: 'events' } } }, ['10.0.0.7:9094'])

    assert.ok([crawler, others].every(rules => mayReach(rules, ip('10.0.0.8'), 9_094) && !mayReach(rules, ip('169.254.169.254'), 9_094)))
  })

  test('recognises a metadata service by its address in each notation', () => {
    assert.deepEqual([...METADATA, '[fd00:ec2::254]', '::ffff:169.254.169.254', '[::ffff:a83f:8110]'].filter(host => !isMetadata(host)), [])
    assert.deepEqual(['db', '10.0.0.5', 'fd00::5', '169.253.169.254', '::ffff:10.0.0.5'].filter(isMetadata), [])
  })

  test('has no rule for a server at a metadata service: a rule without addresses would apply to all', () => {
    const servers = ['169.254.169.254:80', '[::ffff:a83f:8110]:80']
    const rules = egressOf({ ...mysql('fd00:ec2::254', 80), kafka: { brokers: servers } }, servers).flat()

    assert.deepEqual(reached(rules, 80), [])
    assert.ok(rules.every(({ to }) => to === undefined || to.length > 0))
  })
})
