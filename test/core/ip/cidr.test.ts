import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { canonicalCidr, cidrOf, embedded, isWithin } from '../../../core/ip/cidr.ts'

suite('CIDRs', () => {
  test('are of one address, however it is written; a name has none', () => {
    for (const [host, cidr] of [
      ['10.0.0.5', '10.0.0.5/32'],
      ['FD00:0::5', 'fd00::5/128'],
      ['::ffff:10.0.0.5', '10.0.0.5/32'],
      ['0:0:0:0:0:ffff:a9fe:a9fe', '169.254.169.254/32'],
      ['64:ff9b::10.0.0.5', '64:ff9b::a00:5/128'],
      ['fe80::1%eth0', undefined],
      ['10.0.5', undefined],
      ['db.example', undefined],
      ['', undefined]
    ]) {
      assert.equal(cidrOf(host!), cidr, host)
    }
  })

  test('hold one another within a family', () => {
    assert.ok(isWithin('10.1.0.0/16', '10.0.0.0/8'))
    assert.ok(isWithin('10.0.0.0/8', '10.0.0.0/8'))
    assert.ok(isWithin('fd00:ec2::/32', 'fc00::/7'))
    assert.ok(!isWithin('10.0.0.0/8', '10.1.0.0/16'))
    assert.ok(!isWithin('11.0.0.0/16', '10.0.0.0/8'))
    assert.ok(!isWithin('10.0.0.0/8', '::/0'))
    assert.throws(() => isWithin('10.0.0.0/33', '10.0.0.0/8'), TypeError)
    assert.throws(() => isWithin('10.0.0.0', '10.0.0.0/8'), TypeError)
  })

  test('have one short form, without bits behind their prefix', () => {
    for (const [cidr, short] of [
      ['10.1.2.3/8', '10.0.0.0/8'],
      ['10.1.2.3/32', '10.1.2.3/32'],
      ['255.255.255.255/0', '0.0.0.0/0'],
      ['192.168.129.7/17', '192.168.128.0/17'],
      ['FD00:0::5:1/112', 'fd00::5:0/112'],
      ['2a01:4f8:ffff::/36', '2a01:4f8:f000::/36'],
      ['64:ff9b::10.1.2.3/104', '64:ff9b::a00:0/104'],
      ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/1', '8000::/1'],
      ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8/128'],
      ['::1/0', '::/0']
    ] as const) {
      assert.equal(canonicalCidr(cidr), short, cidr)
    }
  })

  test('of IPv4 have their place under prefixes that embed it', () => {
    assert.equal(embedded('10.0.0.0/8', '64:ff9b::/96'), '64:ff9b::a00:0/104')
    assert.equal(embedded('10.0.0.0/8', '2002::/16'), '2002:a00::/24')
    assert.equal(embedded('168.63.129.16/32', '2002::/16'), '2002:a83f:8110::/48')
    assert.equal(embedded('0.0.0.0/8', '64:ff9b::/96'), '64:ff9b::/104')
  })
})
