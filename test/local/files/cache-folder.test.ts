import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { test } from 'node:test'
import { cacheFolder } from '../../../local/files/cache-folder.ts'

test('the cache folder is where the XDG specification says', () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' }), '/var/cache/me/peerprobe')
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '' }), `${homedir()}/.cache/peerprobe`)
  assert.equal(cacheFolder({}), `${homedir()}/.cache/peerprobe`)
})
