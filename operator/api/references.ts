import { z } from 'zod'

/** Name of a Kubernetes object (a DNS subdomain, RFC 1123). */
export const ObjectName = z.string().min(1).max(253).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'must be the name of an object: lower-case letters, digits, hyphens and dots')

/** Name of a namespace (a DNS label). */
export const NamespaceName = z.string().min(1).max(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace: lower-case letters, digits and hyphens')

/** Key in a Secret. */
export const SecretKey = z.string().min(1).max(253).regex(/^[-._a-zA-Z0-9]+$/, 'must be a key of a Secret: letters, digits, hyphens, dots and underscores')

/** A certificate authority: a key of a Secret in the PeerProbe's namespace. */
export const CaSecret = z.strictObject({
  name: ObjectName.describe('Name of the Secret.'),
  key: SecretKey.default('ca.crt').describe('Key of the PEM certificates in it.')
}).describe('Secret with the certificate authority; the system\'s authorities when absent.')

/** Files that say where IP addresses are. */
export const PlacesSpec = z.strictObject({
  volume: z.strictObject({
    claim: ObjectName.describe('Name of a PersistentVolumeClaim in the same namespace with the files; crawlers mount it for reading only. In a cluster the claim must allow its use: label peerprobe.dev/use: "true", or annotation peerprobe.dev/allowed-probes.')
  }).describe('The volume with the files.')
}).describe('Files in the format of MaxMind DB (`*.mmdb`) that say in which country and autonomous system IP addresses are; visits have no place when absent. Files are replaced without a restart.')

/** A volume: an existing PersistentVolumeClaim in the PeerProbe's namespace. */
export const Volume = z.strictObject({
  claim: ObjectName.describe('Name of a PersistentVolumeClaim in the same namespace. In a cluster the claim must allow its use: label peerprobe.dev/use: "true", or annotation peerprobe.dev/allowed-probes.')
}).describe('Where the files are kept.')
