import type { Answer } from '../outbound/client.ts'
import { sendDue } from '../outbound/sending.ts'
import type { Context } from '../platform/context.ts'
import { setReceiver } from '../rollbacks/receiver.ts'
import { requestRollback } from '../rollbacks/requests.ts'
import { type Calendar, later, type Step } from './timeline.ts'

const answers: Answer[] = [
  {
    status: 503,
    headers: {},
    body_excerpt: '{"words":"Too many rollbacks of this component wait already."}',
  },
  { status: 202, headers: {}, body_excerpt: '{"words":"The script is run."}' },
]

/** The deploy host was asked to roll the broken checkout back, and took it at the second try. Nobody is called. */
export function callSteps({ on }: Calendar): Step[] {
  const at = on(22, '11:20')
  return [
    { at, run: askForRollback },
    ...answers.map((answer, index) => ({
      at: later(at, index),
      run: (ctx: Context) => sendDue(ctx, { send: async () => answer, head: async () => answer }),
    })),
  ]
}

async function askForRollback(ctx: Context) {
  const url = 'https://deploy.northwind.example/rollback'
  await setReceiver(ctx, 'checkout', { recipe: 'webhook', url })
  const incident = await ctx.db
    .selectFrom('incidents')
    .select('id')
    .where('title', '=', 'Checkout is down')
    .executeTakeFirstOrThrow()
  const said = { component: 'checkout', incident: incident.id, reason: 'Orders cannot be finished.' }
  await requestRollback(ctx, said, 'https://status.northwind.example')
}
