// What the driver may answer when a server asks for the password. A hash with the server's random bytes tells an attacker
// little. The password itself goes to a server that TLS has authenticated, or nowhere. Without TLS the driver would encrypt
// it with any key that the other side sends (caching_sha2_password where the server has not cached the account, and
// sha256_password).
import { authPlugins } from 'mysql2'
import { escapeControlChars } from '../../../../core/text/escape-control-chars.ts'
import type { MysqlConfig } from '../../../../core/contracts/process-config.ts'
import type { ConnectionOptions } from 'mysql2'

const KNOWN = 'caching_sha2_password, sha256_password or mysql_native_password'

// The driver uses this code for every error of a plugin, and for unknown plugins.
const PLUGIN_ERROR = 'AUTH_SWITCH_PLUGIN_ERROR'

class KeyRefused extends Error {
  constructor (plugin: string) {
    super(`the server asks for the password encrypted with its own key (${plugin}), and without TLS nothing proves whose key it is`)
  }
}

/** Authentication plugins that replace the driver's: none of them uses a key that is not authenticated. */
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

// The driver calls this before it encrypts anything.
function refuseWith (plugin: string): () => never {
  return () => {
    throw new KeyRefused(plugin)
  }
}

/** Explains a refusal of the driver to authenticate, with what to do; undefined for a refusal of the server. */
export function authRefusalOf (err: Error & { code?: unknown }): string | undefined {
  if (err instanceof KeyRefused) {
    return `${err.message}: set mysql.tls (spec.mysql.tls), or mysql.allowPublicKeyRetrieval: true where nobody else can answer at that address`
  }
  if (err.code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    return `the server asks for the password in clear text (mysql_clear_password), which is never sent: give the user ${KNOWN}`
  }
  if (err.code === PLUGIN_ERROR) {
    const plugin = escapeControlChars(/unknown plugin (\S+)\. See/.exec(err.message)?.[1] ?? '')
    const problem = plugin === '' ? escapeControlChars(err.message) : `the server asks for ${plugin}, which PeerProbe does not support`

    return `${problem}: give the user ${KNOWN}`
  }

  return undefined
}
