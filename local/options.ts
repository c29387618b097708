import { isIP, SocketAddress } from 'node:net'
import { InvalidArgumentError, Option } from 'commander'
import { defined } from '../core/defined.ts'
import { nonEmpty } from '../core/text/option-text.ts'
import { DurationText, toMilliseconds } from '../core/time/duration.ts'
import type { NetworkChoice } from './manifest/network-manifest.ts'
import type { Command } from 'commander'

/** Options of the command line. */
export interface LocalOptions {
  /** PeerProbe manifest; a practice network on this machine when absent, and no network is chosen. */
  manifestPath: string | undefined

  /** The network to crawl without a manifest. */
  network?: NetworkChoice

  /** Which practice network to start without a manifest: js-libp2p peers, or go-libp2p hosts. */
  devnet: 'js' | 'go'

  /** Stop after one finished crawl whose visits are all stored. */
  once: boolean

  /** Stop after this long. */
  forMs: number | undefined

  /** Folder of the log, the database and the dumps; `.peerprobe/<name>` when absent. */
  dataDir: string | undefined

  /** Folder of the Secrets that the manifest refers to but does not contain: one folder each, one file for each key. */
  secretsDir: string | undefined

  /** Folder with files that say where IP addresses are (`*.mmdb`); visits have no place when absent. */
  placesDir?: string

  /** Print one JSON object as the last line instead of the summary. */
  json: boolean

  /** Use the embedded log and database even if the manifest has Kafka and MySQL. */
  embedded: boolean

  /** IP address that passive nodes listen on; `::` for all addresses of this machine, IPv4 and IPv6. */
  listen: string

  /** Maximum size of one topic in the embedded message log, in bytes; the log's default when absent. */
  logMaxBytes?: number

  /** Folder of the backups that the manifest asks for; `backups` in the data folder when absent. */
  backupsDir?: string

  /** Free disk space that a crawl needs, in bytes; with less, it waits. The default of the processes when absent. */
  minFreeBytes?: number
}

const MIB = 1_048_576
const MAX_LOG_MIB = 1_048_576

interface RawOptions {
  network?: string
  bootstrap?: string[]
  addresses?: NetworkChoice['addresses']
  devnet: 'js' | 'go'
  once: boolean
  for?: number
  data?: string
  secrets?: string
  places?: string
  json: boolean
  embedded: boolean
  listen: string
  backups?: string
  logLimit?: number
  minFree?: number
}

/** Adds the options and the argument of a run to a command. */
export function withRunOptions (command: Command): Command {
  return command
    .argument('[manifest]', 'file with a PeerProbe, such as examples/amino.yaml', nonEmpty)
    .addOption(new Option('--network <name>', 'network to crawl without a manifest: a preset (see `peerprobe networks`), or with --bootstrap a name of your own').argParser(nonEmpty).conflicts('devnet'))
    .addOption(new Option('--bootstrap <multiaddr>', 'peer of the network where crawls start, in place of the preset\'s; can be repeated').argParser(collect).conflicts('devnet'))
    .addOption(new Option('--addresses <policy>', 'which addresses to dial, with --network or --bootstrap: only public ones, only those of private networks, or any').choices(['Public', 'Private', 'Any']).conflicts('devnet'))
    .addOption(new Option('--devnet <kind>', 'which practice network to start without a manifest: of js-libp2p peers, or of go-libp2p hosts (needs Go)').choices(['js', 'go']).default('js'))
    .option('--once', 'stop after one crawl, when everything is stored', false)
    .option('--for <duration>', 'stop after this long, such as 90s or 2h', parseDuration)
    .option('--data <dir>', 'where the database and the dumps go', nonEmpty)
    .option('--backups <dir>', 'where backups go, if the manifest asks for them (default: the folder backups of the data folder)', nonEmpty)
    .option('--embedded', 'use the embedded log and database in place of spec.kafka and spec.mysql', false)
    .option('--secrets <dir>', 'Secrets that the manifest refers to: a file <dir>/<name>/<key> for each key', nonEmpty)
    .option('--places <dir>', 'folder with MaxMind DB files (*.mmdb) that say where IP addresses are', nonEmpty)
    .option('--listen <ip>', 'IP address that passive nodes listen on; :: for all, IPv4 and IPv6', parseIp, '::')
    .option('--log-limit <MiB>', 'maximum size of the embedded message log while the database is behind; then the crawl waits (default: 1024)', parseMebibytes)
    .option('--min-free <MiB>', 'free disk space that crawls need; with less, they wait (default: 512, or a twentieth of a small disk)', parseMebibytes)
    .option('--json', 'print one JSON object as the last line', false)
}

/** The options of a parsed command. For a contradiction, commander prints a message and exits. */
export function runOptionsOf (command: Command): LocalOptions {
  const raw = command.opts<RawOptions>()
  const { network, bootstrap, addresses, devnet, once, for: forMs, data, secrets, json, embedded, listen, logLimit, minFree } = raw
  const [manifestPath] = command.args
  const isChosen = network !== undefined || bootstrap !== undefined

  if (isChosen && manifestPath !== undefined) {
    command.error('error: give either a manifest, or --network and --bootstrap')
  }
  if (addresses !== undefined && !isChosen) {
    command.error('error: --addresses needs --network or --bootstrap; a manifest has the field addresses.policy')
  }

  return {
    manifestPath,
    devnet,
    once,
    forMs,
    dataDir: data,
    secretsDir: secrets,
    json,
    embedded,
    listen,
    ...defined({
      placesDir: raw.places,
      network: isChosen ? { ...defined({ name: network, addresses }), bootstrapPeers: bootstrap ?? [] } : undefined,
      backupsDir: raw.backups,
      logMaxBytes: logLimit === undefined ? undefined : logLimit * MIB,
      minFreeBytes: minFree === undefined ? undefined : minFree * MIB
    })
  }
}

function collect (text: string, before: readonly string[] = []): string[] {
  return [...before, nonEmpty(text)]
}

// In canonical form, with an IPv4-mapped IPv6 address as IPv4: nobody dials the long form.
function parseIp (text: string): string {
  const family = isIP(text)

  if (family === 0) {
    throw new InvalidArgumentError('must be an IP address such as 127.0.0.1.')
  }
  if (text.includes('%')) {
    throw new InvalidArgumentError('must be an IP address without a zone: other libp2p peers cannot dial addresses with a zone.')
  }

  return new SocketAddress({ address: text, family: family === 6 ? 'ipv6' : 'ipv4' }).address.replace(/^::ffff:(?=\d+\.)/, '')
}

function parseMebibytes (text: string): number {
  const value = Number(text)

  if (!/^\d+$/.test(text) || value < 1 || value > MAX_LOG_MIB) {
    throw new InvalidArgumentError(`must be a whole number of MiB from 1 to ${String(MAX_LOG_MIB)}.`)
  }

  return value
}

function parseDuration (text: string): number {
  const result = DurationText.safeParse(text)

  if (!result.success || toMilliseconds(text) === 0) {
    throw new InvalidArgumentError('must be a duration such as 90s, 10m or 2h.')
  }

  return toMilliseconds(text)
}
