import { CNI_PLUGINS } from '../../../scripts/provision/node.ts'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { BOX_ADDRESS, boxGroup, BRIDGE, POD_SUBNET } from './node-box.ts'

/** Name of the sandbox image. */
export const PAUSE_IMAGE = 'localhost/pause:1'

/** Socket of containerd, in the box. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock'

/** Settings of the bridge plugin: each pod has an address of the node's network, and reaches the node alone. */
export const CNI_SETTINGS = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'box',
  plugins: [
    {
      type: 'bridge',
      bridge: BRIDGE,
      isGateway: true,
      hairpinMode: true,
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: POD_SUBNET, rangeStart: '10.78.0.10' }]], routes: [{ dst: '0.0.0.0/0' }] }
    },
    { type: 'portmap', capabilities: { portMappings: true } }
  ]
})

const UNUSED_PLUGINS = ['nri.v1.nri', ...['btrfs', 'zfs', 'devmapper', 'blockfile'].map(name => `snapshotter.v1.${name}`), 'tracing.processor.v1.otlp'].map(name => `io.containerd.${name}`)

/** Settings of containerd, with its state below `folder`. */
export function containerdSettings (folder: string): string {
  return `version = 3
root = "${folder}/containerd"
state = "/run/containerd"
disabled_plugins = ${JSON.stringify(UNUSED_PLUGINS)}
[grpc]
address = "${CONTAINERD_SOCKET}"
[plugins.'io.containerd.cri.v1.images']
snapshotter = "overlayfs"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "${PAUSE_IMAGE}"
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
disable_apparmor = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["${CNI_PLUGINS}"]
conf_dir = "${folder}/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
BinaryName = "${findProgram('runc') ?? ''}"
SystemdCgroup = false
`
}

/** Settings of the kubelet. Its node is never short of disk or memory: what else runs on this machine must not evict pods. */
export function kubeletSettings (folder: string, clientCa: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${boxGroup()}`,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: clientCa } },
    authorization: { mode: 'Webhook' },
    address: BOX_ADDRESS,
    healthzPort: 0,
    podLogsDir: `${folder}/pod-logs`,
    volumePluginDir: `${folder}/kubelet/plugins`,
    resolvConf: `${folder}/resolv.conf`,
    clusterDomain: 'cluster.local',
    clusterDNS: [BOX_ADDRESS],
    failSwapOn: false,
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.inodesFree': '0%', 'memory.available': '1Mi' },
    syncFrequency: '5s',
    nodeStatusUpdateFrequency: '4s'
  }
}

/** Settings of CoreDNS. It listens on the node's address: reachable before kube-proxy runs. */
export function corefile (kubeconfig: string): string {
  return `.:53 {
  bind ${BOX_ADDRESS}
  errors
  ready ${BOX_ADDRESS}:8181
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods verified
    ttl 1
  }
  cache 1
}
`
}
