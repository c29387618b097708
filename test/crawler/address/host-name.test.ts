import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostName, hostText } from '../../../crawler/address/host-name.ts'

test('the bytes of a name must be UTF-8', () => {
  assert.equal(hostName(Buffer.from('Bücher.example.')), 'xn--bcher-kva.example')
  assert.equal(hostName(Uint8Array.of(0x61, 0xff)), undefined)
  assert.equal(hostName(Buffer.from('1.2.3.4')), undefined)
  assert.equal(hostText(Buffer.from('1.2.3.4')), '1.2.3.4')
  assert.equal(hostText(Uint8Array.of(0xc3)), undefined)
})
