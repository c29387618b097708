import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-sha256', '-batch']

/** A certificate authority for one test, in PEM files. Needs `openssl`. */
export class Certificates {
  readonly caFile: string
  readonly #folder: string
  readonly #caKeyFile: string

  constructor (folder: string, name = 'test-ca') {
    this.#folder = folder
    this.caFile = join(folder, `${name}.crt`)
    this.#caKeyFile = join(folder, `${name}.key`)
    openssl(['req', '-x509', ...NEW_KEY, '-days', '30', '-subj', `/CN=${name}`, '-keyout', this.#caKeyFile, '-out', this.caFile])
  }

  /** A certificate signed by this authority; without `altNames` it is a client certificate. */
  issue (commonName: string, altNames?: string): { certFile: string, keyFile: string } {
    const base = join(this.#folder, commonName)
    const [certFile, keyFile, requestFile, extensionsFile] = [`${base}.crt`, `${base}.key`, `${base}.csr`, `${base}.ext`] as const
    openssl(['req', ...NEW_KEY, '-subj', `/CN=${commonName}`, '-keyout', keyFile, '-out', requestFile])
    writeFileSync(extensionsFile, altNames === undefined ? 'extendedKeyUsage=clientAuth\n' : `subjectAltName=${altNames}\nextendedKeyUsage=serverAuth,clientAuth\n`)
    openssl(['x509', '-req', '-in', requestFile, '-CA', this.caFile, '-CAkey', this.#caKeyFile, '-CAcreateserial', '-days', '30', '-sha256', '-extfile', extensionsFile, '-out', certFile])

    return { certFile, keyFile }
  }

  /** Key and certificates in one file, as a Kafka broker needs them. */
  bundle (commonName: string, altNames: string): string {
    const { certFile, keyFile } = this.issue(commonName, altNames)
    const bundleFile = join(this.#folder, `${commonName}.pem`)
    writeFileSync(bundleFile, [keyFile, certFile, this.caFile].map(file => readFileSync(file, 'utf8')).join(''))

    return bundleFile
  }
}

function openssl (args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
