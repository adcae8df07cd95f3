import { z } from 'zod'
import { anyone } from '../accounts/guard.ts'
import type { App } from '../platform/http.ts'
import { Refusal } from '../platform/refusal.ts'
import { checkAsksFirst } from './receive.ts'

/**
 * Whether a tool that asks first may call (the web hooks of CloudEvents): anybody may, since the secret is asked for with
 * each event. Nothing is fetched, so who asks to be called back instead waits for nothing.
 */
export function handshakeRoute(app: App) {
  const params = z.object({ source: z.string().max(100) })
  const schema = { params, hide: true }
  app.options('/hooks/:source', { config: { policy: anyone }, schema }, async (request, reply) => {
    await checkAsksFirst(request.ctx, request.params.source)
    const { 'webhook-request-origin': origin, 'webhook-request-rate': rate } = request.headers
    if (!origin) throw new Refusal('unreadable', 'Say in WebHook-Request-Origin who wants to call.')
    const allowed = /^\d{1,9}$/.test(String(rate)) ? String(rate) : '*'
    return reply
      .code(200)
      .headers({ allow: 'POST', 'webhook-allowed-origin': '*', 'webhook-allowed-rate': allowed })
      .header('cache-control', 'no-store')
      .send()
  })
}
