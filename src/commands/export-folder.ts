import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { Refusal } from '../platform/refusal.ts'
import { count } from '../site/words/en/counting.ts'
import { withoutMoment } from './static-files.ts'

const manifest = '.shiplog-export.json'

/** A folder that exports write, and nobody else: what an export wrote and the next one does not is removed. */
export function exportFolder(dir: string) {
  const before = filesBefore(dir)
  const now = new Set<string>()
  let changed = 0
  return {
    /** Writes a file unless it is there already, but for the moment at which a page was made. */
    write(file: string, content: string | Buffer) {
      now.add(file)
      const place = placeIn(dir, file)
      if (before.has(file) && isSame(place, content)) return
      mkdirSync(dirname(place), { recursive: true })
      put(place, content)
      changed += 1
    },
    /** Removes what is not public any more; answers in a sentence what was done. */
    finish(): string {
      const gone = [...before].filter((file) => !now.has(file))
      for (const file of gone) rmSync(placeIn(dir, file), { force: true })
      mkdirSync(dir, { recursive: true })
      const list = JSON.stringify([...now].sort(), null, 1)
      if (!isSame(join(dir, manifest), list)) put(join(dir, manifest), list)
      return `${count(now.size, 'file')} in ${dir}: ${changed} written, ${gone.length} removed.`
    },
  }
}

function isSame(path: string, content: string | Buffer): boolean {
  try {
    const there = readFileSync(path)
    if (typeof content !== 'string') return there.equals(content)
    return withoutMoment(String(there)) === withoutMoment(content)
  } catch {
    return false
  }
}

function filesBefore(dir: string): Set<string> {
  let names: string[]
  try {
    names = readdirSync(dir)
  } catch {
    return new Set()
  }
  if (names.length === 0) return new Set()
  if (!names.includes(manifest)) {
    throw new Refusal(
      'invalid',
      `${dir} holds files that no export wrote. Name an empty folder, or a new one.`,
    )
  }
  return new Set(filesIn(dir))
}

/** The files of the manifest, which may have been changed by anybody: none of them leads out of the folder. */
function filesIn(dir: string): string[] {
  const path = join(dir, manifest)
  let files: unknown
  try {
    files = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    files = null
  }
  if (!Array.isArray(files) || !files.every((file) => typeof file === 'string')) {
    throw new Refusal('invalid', `${path} is not as an export writes it. Name an empty folder, or a new one.`)
  }
  for (const file of files) placeIn(dir, file)
  return files
}

/** Where a file of the export lies: within the folder, also when a link in it leads elsewhere. */
function placeIn(dir: string, file: string): string {
  const root = resolve(dir)
  const place = resolve(root, file)
  const within = place.startsWith(root + sep) && place !== join(root, manifest)
  for (let above = dirname(place); within && above !== root; above = dirname(above)) {
    if (isLink(above)) throw new Refusal('invalid', `${above} is a link: an export writes no file behind it.`)
  }
  if (!within) throw new Refusal('invalid', `${file} is no file of an export in ${dir}.`)
  return place
}

/** In the place of a link, never behind it. */
function put(place: string, content: string | Buffer) {
  if (isLink(place)) rmSync(place)
  writeFileSync(place, content)
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}
