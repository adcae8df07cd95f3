import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { names } from './manifest.ts'

export type Listed = { name: string; path: string; made_at: string; label: string | null }

const shape = /^shiplog-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(?:-([\w.-]+))?$/

/** The name of a backup's folder: `shiplog-20261125T215725123Z`, and what it was made for. */
export function nameAt(moment: Date, label?: string): string {
  const stamp = moment.toISOString().replace(/[-:.]/g, '')
  return `shiplog-${stamp}${label ? `-${label.replace(/[^\w.-]+/g, '-')}` : ''}`
}

/** The backups in a folder, the newest first; whatever else lies there is left alone. */
export async function listBackups(folder: string): Promise<Listed[]> {
  const found: Listed[] = []
  for (const name of await namesIn(folder)) {
    const [, year, month, date, hours, minutes, seconds, millis, label = null] = shape.exec(name) ?? []
    const path = join(folder, name)
    if (!year || !(await stat(join(path, names.manifest)).catch(() => null))) continue
    const made_at = `${year}-${month}-${date}T${hours}:${minutes}:${seconds}.${millis}Z`
    found.push({ name, path, made_at, label })
  }
  return found.sort((one, other) => (one.made_at < other.made_at ? 1 : -1))
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
