import type { FastifyRequest } from 'fastify'
import { publicOrigin } from '../site/origin.ts'
import { readSite, type Site } from '../site/store.ts'

/** Where the page is at home: what outputs for programs need to name themselves and to link to pages. */
export type Home = { site: Site; origin: string; host: string; title: string }

/** Reads the page's settings and the origin that links begin with; `set` is the configured one, if any. */
export async function homeOf(request: FastifyRequest, set: string | null): Promise<Home> {
  const site = await readSite(request.ctx)
  return homeAt(site, publicOrigin(request, site, set))
}

/** `host` has no port: it is the authority of tag URIs (RFC 4151), which are names and lead nowhere. */
export function homeAt(site: Site, origin: string): Home {
  const host = URL.canParse(origin) ? new URL(origin).hostname : 'localhost'
  return { site, origin, host, title: titleOf(site) }
}

/** "Northwind Status"; a page that nobody named is "Status". */
function titleOf({ name }: Site) {
  return name === 'Status' ? name : `${name} Status`
}
