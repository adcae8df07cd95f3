import type { Context } from './context.ts'
import { type Duty, soleDuty } from './duty.ts'
import { DutyLost } from './fence.ts'

export type Job = { name: string; every_minutes: number; run(ctx: Context): Promise<unknown> }

/**
 * Runs each job every so often while the duty is this node's, and all of them when it takes it over; never two of the
 * same at once. A job that fails is logged and tried again. Returns how to stop.
 */
export function startJobs(ctx: Context, jobs: Job[], duty: Duty = soleDuty): () => void {
  const ticks = jobs.map((job) => tickOf(ctx, job, duty))
  const timers = jobs.map((job, at) =>
    setInterval(() => void ticks[at]?.(), job.every_minutes * 60_000).unref(),
  )
  duty.onTaken(() => {
    for (const tick of ticks) void tick()
  })
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

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
