import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Writes a new file of our own, each byte of which is on the disk when this returns. */
export function writeDurably(path: string, text: string) {
  const { O_WRONLY, O_CREAT, O_EXCL, O_SYNC = 0 } = constants
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_SYNC, 0o600)
  try {
    writeSync(file, text)
    if (O_SYNC === 0) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Waits until a file's bytes are on the disk. */
export function syncFile(path: string) {
  const file = openSync(path, 'r+')
  try {
    whereAllowed(() => fsyncSync(file))
  } finally {
    closeSync(file)
  }
}

/** Begins to put on the disk what was written so far. */
export function syncSome(file: number) {
  whereAllowed(() => fdatasyncSync(file))
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
    whereAllowed(() => fsyncSync(folder))
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(folder)
  }
}

/**
 * Under `node --permission` no program may ask for a sync. What matters does not rest on it: SQLite syncs the copy by
 * itself, and the manifest is written through. Only a name that was just given may be lost with the power then.
 */
function whereAllowed(sync: () => void) {
  try {
    sync()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
  }
}
