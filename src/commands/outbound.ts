import { pauseCalls, pauseOf, resumeCalls } from '../outbound/pause.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  ['outbound', 'say whether calls to others go out, and how many wait'],
  ['outbound pause [--why WORDS]', 'send nothing to others, on no node, until it is resumed'],
  ['outbound resume [--drop]', 'send again; what waited is sent too, or dropped'],
] as const

export const options = { why: { type: 'string' }, drop: { type: 'boolean' } } as const

/** `shiplog outbound …`: the brake on everything that Shiplog says to other people's addresses. */
export async function run([verb, ...more]: string[], { why, drop }: Options, env: NodeJS.ProcessEnv) {
  if (more.length > 0) misuse('Say one of: shiplog outbound, outbound pause, outbound resume.')
  const words = await withStore(env, async (ctx) => {
    if (verb === undefined) return standing(await pauseOf(ctx))
    if (verb === 'pause') {
      const paused = await pauseCalls(ctx, String(why ?? 'Somebody paused them on the command line.'))
      return paused ? 'Calls to others are paused.' : 'They are paused already.'
    }
    if (verb !== 'resume') misuse('Say one of: shiplog outbound, outbound pause, outbound resume.')
    const { sent, dropped } = await resumeCalls(ctx, { drop: drop === true })
    return `Calls go out again: ${sent} that waited are sent, ${dropped} are dropped.`
  })
  console.log(words)
  return 0
}

function standing(pause: Awaited<ReturnType<typeof pauseOf>>): string {
  if (!pause) return 'Calls to others go out.'
  return `Paused since ${pause.paused_at} by ${pause.paused_by}: ${pause.why} ${pause.waiting} waiting.`
}
