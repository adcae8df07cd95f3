import { publicComponents } from '../components/public.ts'
import { currentPublicIncidents } from '../incidents/public.ts'
import { type Context, nowText } from '../platform/context.ts'

/** Every public address: `now` is what a change may change, `past` what hardly ever changes any more. */
export async function publicAddresses(ctx: Context): Promise<{ now: string[]; past: string[] }> {
  const components = await publicComponents(ctx)
  const open = await currentPublicIncidents(ctx, nowText(ctx))
  const lists = ['/', '/releases', '/rollbacks']
  const own = [
    ...components.map(({ slug }) => `/components/${slug}`),
    ...open.map(({ id }) => `/incidents/${id}`),
  ]
  return { now: [...lists, ...own], past: [] }
}
