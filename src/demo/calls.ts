import { queueCall } from '../outbound/actions.ts'
import type { Answer } from '../outbound/client.ts'
import { sendDue } from '../outbound/sending.ts'
import type { Context } from '../platform/context.ts'
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
  const at = on(22, '11:16')
  return [
    { at, run: askForRollback },
    ...answers.map((answer, index) => ({
      at: later(at, index),
      run: (ctx: Context) => sendDue(ctx, { send: async () => answer, head: async () => answer }),
    })),
  ]
}

async function askForRollback(ctx: Context) {
  const { id } = await ctx.db
    .selectFrom('incidents')
    .select('id')
    .where('title', '=', 'Checkout is down')
    .executeTakeFirstOrThrow()
  const data = { component: 'checkout', environment: 'production', reason: 'Orders cannot be finished.' }
  await queueCall(ctx, {
    purpose: 'rollback.requested',
    subject: ['incident', id],
    url: 'https://deploy.northwind.example/rollback',
    body: JSON.stringify({ type: 'rollback.requested', timestamp: ctx.now().toISOString(), data }),
    schedule: 'urgent',
  })
}
