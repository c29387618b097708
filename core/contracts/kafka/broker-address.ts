import { z } from 'zod'

const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const NAME = '[A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?\\.?'
const IPV6 = z.regexes.ipv6.source.slice('^'.length, -'$'.length)

/** Where a broker is: host:port, or [address]:port for an IPv6 address. */
export const BrokerAddress = z.string().max(259).regex(new RegExp(`^(${NAME}|\\[${IPV6}\\]):${PORT}$`), 'must be host:port, or [address]:port for an IPv6 address')
