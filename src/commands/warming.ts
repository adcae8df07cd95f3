import { setTimeout as pause } from 'node:timers/promises'
import type { Front } from '../front.ts'
import type { Journal } from '../journal/follow.ts'
import { isPublicLine } from '../journal/journal.ts'
import type { Context } from '../platform/context.ts'
import type { RenderingFiles } from '../platform/rendering-files.ts'
import { publicAddresses } from '../status/addresses.ts'

/** A burst of changes is over before what it changed is rendered for nobody in particular. */
const settleMillis = 1_000
/** Between two pages of the past: a few a second, so that nobody who asks has to wait for it. */
const unhurriedMillis = 200

/** How many incidents and releases of the past are rendered ahead, newest first; older ones when somebody asks. */
const ahead = 2_000

type Given = { ctx: Context; front: Front; journal: Journal; files: RenderingFiles }

/**
 * Renders every public address once after the start, and after a change what may have changed, so that the newest of
 * each is on disk before anything breaks. Returns how to stop.
 */
export function keepWarm({ ctx, front, journal, files }: Given): () => void {
  const started_at = Date.now()
  let round = 0
  let stopped = false
  const begin = async () => {
    const mine = ++round
    const over = () => stopped || mine !== round
    await pause(settleMillis, undefined, { ref: false })
    if (over()) return
    const { now, past } = await publicAddresses(ctx, ahead)
    files.hold([...now, ...past])
    for (const address of now) if (!over()) await front.refresh(address)
    for (const address of past) {
      await pause(unhurriedMillis, undefined, { ref: false })
      if (over()) return
      await front.refresh(address)
    }
    // what is of before the start and was not met again may have been hidden meanwhile
    await files.removeBefore(started_at)
  }
  const warm = () => {
    begin().catch((err) => ctx.log.warn({ err }, 'public pages could not be rendered ahead'))
  }
  journal.on((lines) => {
    if (lines.some(isPublicLine)) warm()
  })
  warm()
  return () => {
    stopped = true
  }
}
