import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NAMES = 'IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local'

/** The certificates of a test cluster: one authority for servers and clients (P-256, which openssl generates quickly). */
export class ClusterPki {
  readonly #folder: string
  readonly #url: string

  constructor (folder: string, { url, host }: { url: string, host: string }) {
    this.#folder = join(folder, 'pki')
    this.#url = url
    mkdirSync(this.#folder, { mode: 0o700 })
    this.#key('ca')
    this.#openssl('req', '-x509', '-new', '-key', this.#at('ca.key'), '-subj', '/CN=test-ca', '-days', '2', '-out', this.#at('ca.crt'))
    this.#issue('apiserver', '/CN=kube-apiserver', `${NAMES},IP:${host}`)
    this.#key('token')
    this.#openssl('ec', '-in', this.#at('token.key'), '-pubout', '-out', this.#at('token.pub'))
  }

  get ca (): string {
    return this.#at('ca.crt')
  }

  get serverCert (): string {
    return this.#at('apiserver.crt')
  }

  get serverKey (): string {
    return this.#at('apiserver.key')
  }

  get tokenKey (): string {
    return this.#at('token.key')
  }

  get tokenPublicKey (): string {
    return this.#at('token.pub')
  }

  /** Creates a client certificate. */
  client (name: string, subject: string): { certFile: string, keyFile: string } {
    this.#issue(name, subject)

    return { certFile: this.#at(`${name}.crt`), keyFile: this.#at(`${name}.key`) }
  }

  /** Creates a client certificate and a self-contained kubeconfig with it. */
  kubeconfig (name: string, subject: string): string {
    this.#issue(name, subject)
    const base64 = (file: string): string => readFileSync(this.#at(file)).toString('base64')
    const path = this.#at(`${name}.kubeconfig`)
    writeFileSync(path, JSON.stringify({
      'apiVersion': 'v1',
      'kind': 'Config',
      'current-context': 'test',
      'clusters': [{ name: 'test', cluster: { 'server': this.#url, 'certificate-authority-data': base64('ca.crt') } }],
      'users': [{ name, user: { 'client-certificate-data': base64(`${name}.crt`), 'client-key-data': base64(`${name}.key`) } }],
      'contexts': [{ name: 'test', context: { cluster: 'test', user: name } }]
    }), { mode: 0o600 })

    return path
  }

  #issue (name: string, subject: string, names?: string): void {
    const extensions = this.#at(`${name}.ext`)
    this.#key(name)
    writeFileSync(extensions, `keyUsage=critical,digitalSignature\nextendedKeyUsage=${names === undefined ? 'clientAuth' : 'serverAuth,clientAuth'}\n${names === undefined ? '' : `subjectAltName=${names}\n`}`)
    this.#openssl('req', '-new', '-key', this.#at(`${name}.key`), '-subj', subject, '-out', this.#at(`${name}.csr`))
    this.#openssl('x509', '-req', '-in', this.#at(`${name}.csr`), '-CA', this.#at('ca.crt'), '-CAkey', this.#at('ca.key'), '-CAcreateserial', '-days', '2', '-out', this.#at(`${name}.crt`), '-extfile', extensions)
  }

  #key (name: string): void {
    this.#openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', this.#at(`${name}.key`))
  }

  #openssl (...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' })
  }

  #at (name: string): string {
    return join(this.#folder, name)
  }
}
