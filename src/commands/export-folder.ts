import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { count } from '../components/headline.ts'
import { Refusal } from '../platform/refusal.ts'
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
      if (before.has(file) && isSame(join(dir, file), content)) return
      mkdirSync(dirname(join(dir, file)), { recursive: true })
      writeFileSync(join(dir, file), content)
      changed += 1
    },
    /** Removes what is not public any more; answers in a sentence what was done. */
    finish(): string {
      const gone = [...before].filter((file) => !now.has(file))
      for (const file of gone) rmSync(join(dir, file), { force: true })
      mkdirSync(dir, { recursive: true })
      const list = JSON.stringify([...now].sort(), null, 1)
      if (!isSame(join(dir, manifest), list)) writeFileSync(join(dir, manifest), list)
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
  return new Set(JSON.parse(readFileSync(join(dir, manifest), 'utf8')) as string[])
}
