import type { Context } from './context.ts'

export type Job = { name: string; every_minutes: number; run(ctx: Context): Promise<unknown> }

/** Runs each job every so often, never two of the same at once; a job that fails is logged and tried again. Returns how to stop. */
export function startJobs(ctx: Context, jobs: Job[]): () => void {
  const timers = jobs.map((job) => {
    let running = false
    const tick = async () => {
      if (running) return
      running = true
      try {
        await job.run(ctx)
      } catch (err) {
        ctx.log.error({ err, job: job.name }, 'a job failed')
      } finally {
        running = false
      }
    }
    const timer = setInterval(tick, job.every_minutes * 60_000)
    timer.unref()
    return timer
  })
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}
