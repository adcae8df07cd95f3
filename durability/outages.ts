import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { eventFor, lookInto, pause, prepareStore, startIntake } from '../e2e/intake.ts'
import { keepPosting } from '../e2e/posting.ts'
import { scratch } from '../scripts/scratch.ts'
import { makeDisk, nothing, readDeeds, someOf, tracing } from './write-log.ts'

type Given = {
  /** At how many points the power goes. */
  points: number
  /** How the server is wrong, if it is to be. */
  wrong?: '' | 'normal'
  /** Which calls fail, in the words of `strace`. */
  inject?: string
}

const acknowledgements = 400

/** Lets a server take deliveries while all that it writes is noted; answers the files of before, and what it did. */
async function recorded(t: TestContext, { wrong = '', inject }: Given) {
  const [folder, aside] = [scratch(t), scratch(t)]
  const store = await prepareStore(folder)
  const before = { 'shiplog.db': readFileSync(store.database) }
  const log = join(aside, 'log')
  const server = await startIntake(store, { wrong, under: tracing(log, inject) })
  const answered = { taken: 0, refused: 0 }
  const load = keepPosting({
    origin: server.origin,
    authorization: store.authorization,
    bodyFor: eventFor,
    connections: 6,
    at_once: 2,
    pause: 30,
    answered: ({ status }) => {
      answered.taken += Number(status === 202)
      answered.refused += Number(status === 503)
    },
  })
  while (answered.taken < acknowledgements) await pause(50)
  await load.stop()
  await server.end()
  return { folder: aside, before, deeds: readDeeds(log, folder), answered }
}

/** The power goes at many points of what was done; what is found then is compared with what was answered by then. */
export async function outages(t: TestContext, given: Given) {
  const { folder, before, deeds, answered } = await recorded(t, given)
  const disk = makeDisk(before)
  const random = seeded(7)
  const acknowledged = new Set<string>()
  const outcome = { points: 0, synced: 0, corrupt: 0, points_lost: 0, lost_at_worst: 0 }
  const step = deeds.length / given.points
  let next = step / 2
  for (const [index, deed] of deeds.entries()) {
    disk.follow(deed)
    if (deed.kind === 'sent') for (const id of idsIn(deed.text)) acknowledged.add(id)
    if (deed.kind === 'sync' && !deed.failed) outcome.synced += 1
    if (index < next) continue
    next += step
    outcome.points += 1
    for (const survives of [nothing, someOf(random)]) {
      const { lost, whole } = openAfter(folder, disk.found(survives), acknowledged)
      outcome.corrupt += Number(!whole)
      outcome.points_lost += Number(lost > 0)
      outcome.lost_at_worst = Math.max(outcome.lost_at_worst, lost)
    }
  }
  return { ...outcome, ...answered }
}

/** The deliveries that an answer names. */
function idsIn(text: string) {
  return [...text.matchAll(/"delivery":"(\w{12})"/g)].map(([, id = '']) => id)
}

/** Starts on what the power left behind. */
function openAfter(folder: string, files: Map<string, Buffer>, acknowledged: Set<string>) {
  const place = join(folder, 'after')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
  for (const [file, bytes] of files) writeFileSync(join(place, file), bytes)
  try {
    const { lost, halves, health } = lookInto(join(place, 'shiplog.db'), acknowledged, {
      thorough: true,
      by: 'id',
    })
    return { lost: lost.length, whole: health === 'ok' && halves === 0 }
  } catch {
    return { lost: 0, whole: false }
  }
}

/** The same points and the same coins in each run (mulberry32). */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
