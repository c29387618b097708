// The IANA special-purpose registries (RFC 6890): which addresses may a crawler dial? The crawler checks these lists
// before it dials, and the network policies of its pods are made from them: both forbid the same addresses.

/** Ranges of addresses of each family, as CIDRs. */
export interface IpRanges {
  ipv4: readonly string[]
  ipv6: readonly string[]
}

/**
 * Metadata services of clouds, which hand out credentials, and all link-local addresses, which most of them use: no pod
 * may connect to them.
 */
export const METADATA_RANGES: IpRanges = {
  ipv4: [
    '100.100.100.200/32', // Alibaba Cloud
    '168.63.129.16/32', // host services, Azure
    '169.254.0.0/16', // AWS, Azure, Google and others
    '192.0.0.0/24' // IETF protocols, with Oracle Cloud's
  ],
  ipv6: [
    'fd00:ec2::/32', // AWS
    'fd20:ce::/32', // Google
    'fd00:c1::a9fe:a9fe/128', // Oracle Cloud
    'fe80::/10'
  ]
}

/** Ranges that no scan may dial: they belong to uninvolved machines, or to none. */
export const FORBIDDEN_RANGES: IpRanges = {
  ipv4: [
    '0.0.0.0/8', // this network, unspecified
    ...METADATA_RANGES.ipv4,
    '192.0.2.0/24', // documentation
    '192.88.99.0/24', // 6to4 relays
    '198.18.0.0/15', // benchmarking
    '198.51.100.0/24', // documentation
    '203.0.113.0/24', // documentation
    '224.0.0.0/4', // multicast
    '240.0.0.0/4' // reserved, broadcast
  ],
  ipv6: [
    ...METADATA_RANGES.ipv6,
    '2001::/23', // IETF protocols, benchmarking, ORCHID
    '2001:db8::/32', // documentation
    '3fff::/20' // documentation
  ]
}

/** Private networks and loopback: a scan may enable them. */
export const PRIVATE_RANGES: IpRanges = {
  ipv4: ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ipv6: ['::1/128', 'fc00::/7']
}

/** The only range of globally routed IPv6 addresses in use. All others are private or reserved. */
export const GLOBAL_UNICAST = '2000::/3'

/** IPv6 addresses that a gateway translates to the IPv4 address in their last 32 bits (RFC 6052). */
export const NAT64 = '64:ff9b::/96'

/** IPv6 addresses that a relay sends to the IPv4 address behind their first 16 bits (RFC 3056). */
export const SIX_TO_FOUR = '2002::/16'
