import type { Context } from './context.ts'
import { type Duty, soleDuty } from './duty.ts'
import { DutyLost } from './fence.ts'
import { within } from './within.ts'

export type Job = { name: string; every_minutes: number; run(ctx: Context): Promise<unknown> }

/**
 * Runs each job every so often while the duty is this node's, and all of them when it takes it over; never two of the
 * same at once. A job that fails is logged and tried again. Returns how to stop: it resolves when what runs has ended,
 * or after some seconds.
 */
export function startJobs(ctx: Context, jobs: Job[], duty: Duty = soleDuty): () => Promise<void> {
  const running = new Set<Promise<void>>()
  const ticks = jobs.map((job) => {
    const tick = tickOf(ctx, job, duty)
    return () => {
      const run = tick()
      running.add(run)
      void run.finally(() => running.delete(run))
    }
  })
  const timers = jobs.map((job, at) => setInterval(() => ticks[at]?.(), job.every_minutes * 60_000).unref())
  duty.onTaken(() => {
    for (const tick of ticks) tick()
  })
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await within(graceMillis, Promise.all(running), 'a job goes on').catch(() => {})
  }
}

/** A stop waits for a job no longer than for a call to others. */
const graceMillis = 4_000

function tickOf(ctx: Context, job: Job, duty: Duty) {
  let running = false
  return async () => {
    if (running || !duty.mine()) return
    running = true
    try {
      await job.run({ ...ctx, fence: duty.fence() })
    } catch (err) {
      if (err instanceof DutyLost) ctx.log.warn({ job: job.name }, err.message)
      else ctx.log.error({ err, job: job.name }, 'a job failed')
    } finally {
      running = false
    }
  }
}
