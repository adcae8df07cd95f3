import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { allowFromAnywhere, fromAnywhere } from '../../accounts/elsewhere.ts'
import { anyone } from '../../accounts/guard.ts'
import type { Context } from '../../platform/context.ts'
import { type App, publicCache } from '../../platform/http.ts'
import { Refusal } from '../../platform/refusal.ts'
import { badgeFor } from './badge.ts'
import { type Badge, metrics, styles } from './model.ts'

const names = { component: z.string().max(100).optional(), label: z.string().max(200).optional() }
/** Of a program a wrong word is refused; a picture shows what it can instead of breaking a page. */
const strict = z.object({ ...names, metric: z.enum(metrics).default('status') })
const lenient = z.object({
  component: names.component.catch('?'),
  label: names.label.catch(undefined),
  metric: z
    .enum(metrics)
    .or(z.literal('').transform(() => 'status' as const))
    .nullable()
    .catch(null)
    .default('status'),
  style: z.enum(styles).catch('flat'),
})
const own = z.object({ component: z.string().max(100) })
const config = { policy: anyone, kept: { query: ['component', 'label', 'metric'] } }
const drawn = { policy: anyone, kept: { query: ['component', 'label', 'metric', 'style'] } }

/** Badges for readmes and dashboards: for shields.io to draw, and drawn as shields.io does. */
export async function routes(app: App) {
  allowFromAnywhere(app, '/badge.json', '/badge/:component.json')
  app.get('/badge.json', { config, schema: { querystring: strict } }, ({ ctx, query }, reply) =>
    shields(ctx, reply, query),
  )
  app.get(
    '/badge/:component.json',
    { config, schema: { querystring: strict, params: own } },
    ({ ctx, query, params }, reply) => shields(ctx, reply, { ...query, ...params }),
  )
  app.get('/badge.svg', { config: drawn, schema: { querystring: lenient } }, ({ ctx, query }, reply) =>
    picture(ctx, reply, query),
  )
  app.get(
    '/badge/:component.svg',
    { config: drawn, schema: { querystring: lenient, params: own } },
    ({ ctx, query, params }, reply) => picture(ctx, reply, { ...query, ...params }),
  )
}

/** The endpoint schema of shields.io. */
async function shields(ctx: Context, reply: FastifyReply, asked: z.output<typeof strict>) {
  const { badge, found } = await badgeFor(ctx, asked)
  if (!found) throw new Refusal('not-found', 'There is no such component.')
  reply.headers({ ...fromAnywhere, 'cache-control': publicCache })
  return { schemaVersion: 1, ...badge, cacheSeconds: 60 }
}

/** Even what is not there is a picture, with the status of what is not there. */
async function picture(ctx: Context, reply: FastifyReply, asked: z.output<typeof lenient>) {
  const { badge, found } = await badgeFor(ctx, asked)
  const svg = await draw(badge, asked.style)
  reply.code(found ? 200 : 404).headers({ ...fromAnywhere, 'cache-control': publicCache })
  return reply.type('image/svg+xml; charset=utf-8').send(svg)
}

async function draw(badge: Badge, style: (typeof styles)[number]): Promise<string> {
  const { makeBadge } = await import('badge-maker') // its tables of widths are large: loaded once they are used
  return makeBadge({ ...badge, style })
}
