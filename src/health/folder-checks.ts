import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, findingsOn, sizeWords } from './finding.ts'

const commits = 50
const little = { warn: 1e9, fail: 64e6 }
/** A delivery is to be acknowledged within so many milliseconds. */
const slow = 50

type Room = (folder: string) => { bavail: number; bsize: number }

/** The data folder: whether it is there, whose it is, whether it can be written, and how much room is left. */
export function checkFolder(folder: string, room: Room = statfsSync): Finding[] {
  const { ok, warn, fail } = findingsOn('data folder')
  const found = statSync(folder, { throwIfNoEntry: false })
  if (!found?.isDirectory()) {
    const advice =
      'If Shiplog served before, SHIPLOG_DATA_DIR names another folder now. Else it is made at the first start.'
    return [fail(found ? `${folder} is no folder.` : `There is no folder ${folder}.`, advice)]
  }
  const unwritable = tryToWrite(folder)
  if (unwritable) {
    const advice = `Give it to the user that runs Shiplog (chown -R USER ${folder}), and see that its disk is mounted for writing and has room.`
    return [fail(`${folder} cannot be written (${unwritable}).`, advice)]
  }
  const open = found.mode & 0o077
  const { bavail, bsize } = room(folder)
  const left = `${sizeWords(bavail * bsize)} left on its disk.`
  const more = 'Make room, or move the folder to a larger disk: without room nothing can be acknowledged.'
  const judge = bavail * bsize < little.fail ? fail : bavail * bsize < little.warn ? warn : ok
  return [
    open
      ? warn(`Others on this machine may look into ${folder}.`, `chmod 700 ${folder}`)
      : ok(`${folder} is there, can be written, and is closed to others.`),
    judge === ok ? ok(left) : judge(`Only ${left}`, more),
  ]
}

function tryToWrite(folder: string): string | null {
  const file = join(folder, `.doctor-${process.pid}`)
  try {
    closeSync(openSync(file, 'wx', 0o600))
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  } finally {
    rmSync(file, { force: true })
  }
}

/** The secret: without it what was sealed in the database cannot be read. */
export function checkSecret(
  folder: string,
  { given, served }: { given: boolean; served: boolean },
): Finding[] {
  const { ok, warn, fail } = findingsOn('secret')
  if (given) return [ok('SHIPLOG_SECRET is set.')]
  const file = join(folder, 'secret')
  const found = statSync(file, { throwIfNoEntry: false })
  if (found && found.mode & 0o077)
    return [warn(`Others on this machine may read ${file}.`, `chmod 600 ${file}`)]
  if (found) return [ok(`${file} is there, and closed to others.`)]
  const advice = `Put the file back from a backup before the next start: another one is made otherwise, and what was sealed under this one (webhook secrets, second steps) stays unreadable.`
  return [
    served
      ? fail(`${file} is gone.`, advice)
      : warn(`There is no ${file} yet.`, 'It is made at the first start.'),
  ]
}

/** How fast the disk under the data folder makes something last, as each commit needs it. */
export function checkDisk(folder: string, clock: () => number = () => performance.now()): Finding[] {
  const { ok, warn } = findingsOn('disk')
  const times = timesToLast(join(folder, `.doctor-${process.pid}`), clock).sort((one, other) => one - other)
  const [middle = 0, late = 0] = [times[Math.floor(commits * 0.5)], times[Math.floor(commits * 0.99)]]
  const words = `A write lasts after ${middle.toFixed(1)} ms (half), ${late.toFixed(1)} ms (99 of 100).`
  const advice =
    'Each delivery waits for the disk. Move the data folder to a local SSD; network disks are slow at this.'
  return [late > slow ? warn(words, advice) : ok(words)]
}

function timesToLast(file: string, clock: () => number): number[] {
  const handle = openSync(file, 'wx', 0o600)
  const page = Buffer.alloc(4096, 1)
  try {
    return Array.from({ length: commits }, () => {
      const begun = clock()
      writeSync(handle, page)
      fsyncSync(handle)
      return clock() - begun
    })
  } finally {
    closeSync(handle)
    rmSync(file, { force: true })
  }
}
