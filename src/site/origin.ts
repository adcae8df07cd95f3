import type { FastifyRequest } from 'fastify'
import { originFor } from '../platform/http.ts'
import type { Site } from './store.ts'

/**
 * The origin that links in public outputs begin with: the page's own domain, when it has one. Operators' pages, and
 * the check of where forms come from, stay with the one that is set (`SHIPLOG_URL`).
 */
export function publicOrigin(
  request: FastifyRequest,
  { domain }: Pick<Site, 'domain'>,
  set: string | null,
): string {
  return domain ? `https://${domain}` : originFor(request, set)
}
