// Whether crawls ask a third question, saved for restarts: otherwise a restarted crawler would begin with crawls that
// miss peers.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { errorText, ProbeError } from '../core/errors.ts'
import { writeFileAtomically } from '../core/files/write-file-atomically.ts'
import { nextThirdQuestion, TWO_QUESTIONS } from './engine/coverage/third-question.ts'
import type { Coverage } from '../core/contracts/coverage.ts'
import type { Logger } from '../core/process/logger.ts'
import type { ThirdQuestion } from './engine/coverage/third-question.ts'

const State = z.strictObject({ isAsked: z.boolean(), goodCrawls: z.int().min(0).max(1_000) })

/** Decides after each crawl whether the next one asks every peer a third question, and saves it. */
export class ThirdQuestionFile {
  readonly #path: string | undefined
  readonly #log: Pick<Logger, 'info' | 'warn'>
  #state: ThirdQuestion

  private constructor (path: string | undefined, log: Pick<Logger, 'info' | 'warn'>, state: ThirdQuestion) {
    this.#path = path
    this.#log = log
    this.#state = state
  }

  /**
   * Reads the file. Without a path nothing is saved; without a file, or with an invalid one, crawls ask two questions.
   *
   * @throws ProbeError `PP_CONFIG_INVALID` if it exists and cannot be read
   */
  static async open (path: string | undefined, log: Pick<Logger, 'info' | 'warn'>): Promise<ThirdQuestionFile> {
    const text = path === undefined ? undefined : await textOf(path)
    const state = text === undefined ? TWO_QUESTIONS : stateOf(text)

    if (state === undefined) {
      log.warn({ path }, 'skipped an invalid file: the first crawl asks each peer two questions')
    }

    return new ThirdQuestionFile(path, log, state ?? TWO_QUESTIONS)
  }

  /** Whether the next crawl asks a third question. */
  get isAsked (): boolean {
    return this.#state.isAsked
  }

  /** Records the coverage of a crawl. A failure to save it is logged; the crawls continue. */
  async note (coverage: Pick<Coverage, 'share'> | undefined): Promise<void> {
    const { isAsked } = this.#state
    this.#state = nextThirdQuestion(this.#state, coverage)

    if (this.#state.isAsked !== isAsked) {
      this.#log.info({ share: coverage?.share, thirdQuestion: this.#state.isAsked }, 'the number of questions to each peer changes')
    }

    try {
      await this.#save()
    } catch (err) {
      this.#log.warn({ err, path: this.#path }, 'the number of questions could not be saved: after a restart the first crawl asks two')
    }
  }

  async #save (): Promise<void> {
    if (this.#path !== undefined) {
      await writeFileAtomically(this.#path, `${JSON.stringify(this.#state)}\n`)
    }
  }
}

async function textOf (path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw new ProbeError('PP_CONFIG_INVALID', `stateFolder: ${errorText(cause)}`, { cause })
  }
}

function stateOf (text: string): ThirdQuestion | undefined {
  try {
    return State.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // not JSON
  }
}
