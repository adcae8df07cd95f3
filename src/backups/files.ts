import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Waits until a file's bytes are on the disk. */
export function syncFile(path: string) {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Waits until the names in a folder are on the disk; where folders cannot be opened (Windows) that is not ours to do. */
export function syncFolder(path: string) {
  let folder: number
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(folder)
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(folder)
  }
}
