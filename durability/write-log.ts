import { readFileSync } from 'node:fs'

/** What a process did to files and to whom it answered, in order. */
type Deed =
  | { kind: 'write'; file: string; at: number; bytes: Buffer }
  | { kind: 'truncate'; file: string; length: number }
  | { kind: 'sync'; file: string; failed: boolean }
  | { kind: 'unlink'; file: string }
  | { kind: 'sent'; text: string }

const calls = 'pwrite64,fsync,fdatasync,ftruncate,unlink,write,writev'

/**
 * Follows the one thread that writes the database and answers; what each call wrote is in the log as it was. `inject`
 * makes calls fail, in the words of `strace`.
 */
export function tracing(log: string, inject?: string): string[] {
  const failing = inject ? ['-e', `inject=${inject}`] : []
  return ['strace', '-o', log, '-y', '-xx', '-s', '200000', '-e', `trace=${calls}`, ...failing]
}

/** Reads what `strace` wrote: what went out over sockets, and the files of `folder` but for shared memory. */
export function readDeeds(log: string, folder: string): Deed[] {
  const deeds: Deed[] = []
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const [, call = '', path = '', rest = ''] = /^(\w+)\((?:\d+<|")([^>"]*)[>"](.*)/.exec(line) ?? []
    const failed = / = -1 /.test(rest)
    if (!call || (failed && !call.endsWith('sync'))) continue
    const target = unhex(path).toString()
    if (target.startsWith('socket:') || target.startsWith('TCP')) {
      if (call.startsWith('write')) deeds.push({ kind: 'sent', text: textOf(rest) })
    } else if (target.startsWith(`${folder}/`) && !target.endsWith('-shm')) {
      const deed = deedOn(target.slice(folder.length + 1), call, rest, failed)
      if (deed) deeds.push(deed)
    }
  }
  return deeds
}

function deedOn(file: string, call: string, rest: string, failed: boolean): Deed | null {
  if (call === 'fsync' || call === 'fdatasync') return { kind: 'sync', file, failed }
  if (call === 'unlink') return { kind: 'unlink', file }
  if (call === 'ftruncate') return { kind: 'truncate', file, length: Number(/\d+/.exec(rest)?.[0]) }
  const written = /^, "([^"]*)", (\d+), (\d+)\)\s+= (\d+)/.exec(rest)
  if (call !== 'pwrite64' || !written) return null
  const [, bytes = '', , at, length] = written
  return { kind: 'write', file, at: Number(at), bytes: unhex(bytes).subarray(0, Number(length)) }
}

function textOf(rest: string) {
  return [...rest.matchAll(/"([^"]*)"/g)].map(([, bytes = '']) => unhex(bytes).toString('latin1')).join('')
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

type Change = Extract<Deed, { kind: 'write' | 'truncate' }>
type State = { durable: Buffer; length: number; unsynced: Change[] }

/**
 * The files of a folder as a disk holds them while the power may go at any moment: what was synced for sure, and what
 * was written since and may be there, or not, or in part.
 */
export function makeDisk(files: Record<string, Buffer>) {
  const states = new Map<string, State>()
  const first = { ...files }
  const stateOf = (file: string) => {
    const known = states.get(file)
    if (known) return known
    const bytes = first[file] ?? Buffer.alloc(0)
    delete first[file]
    const fresh: State = { durable: Buffer.from(bytes), length: bytes.length, unsynced: [] }
    states.set(file, fresh)
    return fresh
  }
  for (const file of Object.keys(files)) stateOf(file)
  return {
    /** Something was done to a file. */
    follow(deed: Deed) {
      if (deed.kind === 'sent') return
      if (deed.kind === 'unlink') return void states.delete(deed.file)
      const state = stateOf(deed.file)
      if (deed.kind !== 'sync') return void state.unsynced.push(deed)
      // after a sync that failed Linux may forget what was to be written, and call the next one a success
      if (!deed.failed) for (const change of state.unsynced) apply(state, change)
      state.unsynced = []
    },
    /** The files as they may be found when the power comes back; `survives` says what becomes of an unsynced write. */
    found(survives: (change: Change) => Change | null): Map<string, Buffer> {
      return new Map(
        [...states].map(([file, state]) => {
          const draft = { durable: Buffer.from(state.durable), length: state.length, unsynced: [] }
          for (const change of state.unsynced) {
            const left = survives(change)
            if (left) apply(draft, left)
          }
          return [file, draft.durable.subarray(0, draft.length)] as const
        }),
      )
    },
  }
}

function apply(state: State, change: Change) {
  const end = change.kind === 'truncate' ? change.length : change.at + change.bytes.length
  if (end > state.durable.length) {
    const larger = Buffer.alloc(Math.max(end, state.durable.length * 2))
    state.durable.copy(larger, 0, 0, state.length)
    state.durable = larger
  }
  if (change.kind === 'truncate') {
    state.durable.fill(0, Math.min(end, state.length), Math.max(end, state.length))
    state.length = end
    return
  }
  change.bytes.copy(state.durable, change.at)
  state.length = Math.max(state.length, end)
}

const sector = 512

/** Nothing that was not synced survived. */
export const nothing = () => null

/** Each unsynced write survived or not, by the toss of a coin, and one in four of those only up to some sector. */
export function someOf(random: () => number) {
  return (change: Change): Change | null => {
    if (random() < 0.5) return null
    if (change.kind === 'truncate' || random() < 0.75) return change
    const sectors = Math.floor((random() * change.bytes.length) / sector)
    return { ...change, bytes: change.bytes.subarray(0, sectors * sector) }
  }
}
