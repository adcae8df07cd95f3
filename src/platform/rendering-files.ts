import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Content } from './rendering.ts'

/** What is kept of a public answer: the text, its address, and when (milliseconds) it was true. */
type KeptContent = Content & { address: string; made_at: number }
export type RenderingFiles = ReturnType<typeof renderingFiles>

/** More files than this are never kept: the oldest go, but for those that are held. */
const mostFiles = 5000
const mostHeld = 4000

/** The newest rendering of each public answer in a folder, one file each, for when the store cannot be reached. */
export function renderingFiles(folder: string, failed: (error: unknown) => void) {
  const wasThere = existsSync(folder)
  const fileOf = (address: string) => join(folder, createHash('sha256').update(address).digest('hex'))
  let writing = Promise.resolve()
  let count = wasThere ? readdirSync(folder).length : 0
  let generation = 0
  let shut = false
  let held = new Set<string>()

  async function write(kept: KeptContent, begun: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = fileOf(kept.address)
    const draft = `${file}.draft`
    await writeFile(draft, JSON.stringify(kept), { mode: 0o600 })
    if (begun !== generation) return rm(draft, { force: true })
    if (!statSync(file, { throwIfNoEntry: false })) count += 1
    renameSync(draft, file)
    if (count > mostFiles) count = sweep(folder, (_, place) => place < mostFiles * 0.9, held)
  }

  return {
    /** Keeps it, after what came before. A disk that is full or read-only costs the copy and nothing else. */
    save(kept: KeptContent) {
      const begun = generation
      writing = writing.then(() => (begun === generation ? write(kept, begun) : undefined)).catch(failed)
    },
    /** What was kept of an address; null when there is nothing, or nothing that can be read. */
    async load(address: string): Promise<KeptContent | null> {
      if (shut) return null
      try {
        const kept = JSON.parse(await readFile(fileOf(address), 'utf8')) as KeptContent
        return kept.address === address ? kept : null
      } catch {
        return null
      }
    },
    remove(address: string) {
      try {
        rmSync(fileOf(address), { force: true })
      } catch (error) {
        failed(error)
      }
    },
    /** Forgets everything at once, also what is being written. */
    clear() {
      generation += 1
      count = 0
      try {
        const old = `${folder}.old`
        rmSync(old, { recursive: true, force: true })
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        renameSync(folder, old)
        mkdirSync(folder, { mode: 0o700 })
        void rm(old, { recursive: true, force: true }).catch(failed)
        shut = false
      } catch (error) {
        shut = true // what cannot be removed is at least not read any more
        failed(error)
      }
    },
    /** What readers ask for, badges with any label and lists from any place, never takes the place of these addresses. */
    hold(addresses: readonly string[]) {
      held = new Set(addresses.slice(0, mostHeld).map(fileOf))
    },
    /** Removes what was kept before a moment (milliseconds) and not since. */
    async removeBefore(moment: number) {
      await writing
      count = sweep(folder, ({ at }) => at >= moment)
    },
    /** Whether pages were kept here before this process began. */
    wasThere,
    /** Resolves when all that was to be kept is. */
    settled: () => writing,
  }
}

function sweep(
  folder: string,
  stays: (file: { at: number }, place: number) => boolean,
  held: ReadonlySet<string> = new Set(),
): number {
  const files = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((file) => ({ file, at: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => Number(held.has(other.file)) - Number(held.has(one.file)) || other.at - one.at)
  const gone = files.filter((file, place) => !stays(file, place))
  for (const { file } of gone) rmSync(file, { force: true })
  return files.length - gone.length
}
