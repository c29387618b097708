import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { anonymousMb, statFileOf } from '../../../../scripts/bench/soak/container-memory.ts'

suite('the memory of a container', () => {
  test('is in the group of its process, in both versions of control groups', () => {
    assert.equal(statFileOf('3:cpu:/a\n2:memory:/kubepods/pod1/c1\n0::/b\n'), '/sys/fs/cgroup/memory/kubepods/pod1/c1/memory.stat')
    assert.equal(statFileOf('0::/kubepods/pod1/c1\n'), '/sys/fs/cgroup/kubepods/pod1/c1/memory.stat')
    assert.throws(() => statFileOf('1:pids:/a\n'), /no control group accounts for memory: 1:pids/)
  })

  test('has no cache of files', () => {
    assert.equal(anonymousMb('cache 900\nrss 1000000\ntotal_cache 900000000\ntotal_rss 5000000\ntotal_rss_huge 0\n'), 5)
    assert.equal(anonymousMb('anon 7000000\nfile 900000000\nanon_thp 0\n'), 7)
    assert.throws(() => anonymousMb('cache 900\n'), /neither total_rss nor anon/)
  })
})
