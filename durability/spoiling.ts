import { closeSync, openSync, statSync, writeSync } from 'node:fs'

const page = 4096
const nonsense = Buffer.alloc(page, 0xa5)

function overwrite(file: string, offset: number, bytes: Buffer) {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, offset)
  closeSync(handle)
}

/** Writes nonsense over the first bytes, by which SQLite knows its own. */
export function spoilHeader(file: string) {
  overwrite(file, 0, nonsense.subarray(0, 100))
}

/** Writes nonsense over half of a file's pages, from the second on, as a failing disk or a stray program would. */
export function spoilMiddle(file: string) {
  const pages = Math.floor(statSync(file).size / page)
  for (let place = 1; place < pages / 2; place += 1) overwrite(file, place * page, nonsense)
}
