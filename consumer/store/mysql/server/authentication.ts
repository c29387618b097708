// What the driver may answer a server that asks for the password. A proof of it (a hash with the server's random bytes) says
// little to whoever is not the server; the password itself goes to a server that TLS proved, or nowhere. Without TLS the driver
// would encrypt it with any key that whoever answers there sends (caching_sha2_password where the server has not cached the
// account, and sha256_password).
import { authPlugins } from 'mysql2'
import { escapeControlChars } from '../../../../core/text/escape-control-chars.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { ConnectionOptions } from 'mysql2'

const KNOWN = 'caching_sha2_password, sha256_password or mysql_native_password'

// The driver gives this code to whatever a plugin throws, and to plugins that it does not know.
const PLUGIN_ERROR = 'AUTH_SWITCH_PLUGIN_ERROR'

class KeyRefused extends Error {
  constructor (plugin: string) {
    super(`the server wants the password encrypted with a key of its own (${plugin}), and without TLS nothing proves whose key it is`)
  }
}

/** The driver's ways to authenticate that differ from its own: none may use a key that nothing proves. */
export function authPluginsFor ({ tls, allowPublicKeyRetrieval }: Pick<MysqlConfig, 'tls' | 'allowPublicKeyRetrieval'>): Pick<ConnectionOptions, 'authPlugins'> {
  if (tls !== undefined || allowPublicKeyRetrieval === true) {
    return {}
  }

  return {
    authPlugins: {
      caching_sha2_password: authPlugins.caching_sha2_password({ onServerPublicKey: refuseWith('caching_sha2_password') }),
      sha256_password: authPlugins.sha256_password({ onServerPublicKey: refuseWith('sha256_password') })
    }
  }
}

// The driver calls it before it encrypts anything.
function refuseWith (plugin: string): () => never {
  return () => {
    throw new KeyRefused(plugin)
  }
}

/** What the driver's own refusal to authenticate means, and what to do; undefined where it is a refusal of the server. */
export function authRefusalOf (err: Error & { code?: unknown }): string | undefined {
  if (err instanceof KeyRefused) {
    return `${err.message}: set mysql.tls (spec.mysql.tls), or mysql.allowPublicKeyRetrieval: true where nobody else can answer at that address`
  }
  if (err.code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    return `the server wants the password in clear text (mysql_clear_password), which is never sent: give the user ${KNOWN}`
  }
  if (err.code === PLUGIN_ERROR) {
    const plugin = /unknown plugin (\S+)\. See/.exec(err.message)?.[1]

    const wanted = plugin === undefined ? escapeControlChars(err.message) : `the server wants ${escapeControlChars(plugin)}, which PeerProbe does not speak`

    return `${wanted}: give the user ${KNOWN}`
  }

  return undefined
}
