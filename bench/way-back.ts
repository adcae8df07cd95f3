import { createToken } from '../src/accounts/tokens.ts'
import type { Context } from '../src/platform/context.ts'
import type { App } from '../src/platform/http.ts'

/** Milliseconds that `rollback-target` took, asked for each component in turn, as a machine in a hurry asks. */
export async function timeTargets(app: App, ctx: Context, rounds: number): Promise<number[]> {
  const { token } = await createToken(ctx, { name: 'bench', scopes: ['releases:read'] })
  const headers = { authorization: `Bearer ${token}` }
  const components = await ctx.db.selectFrom('components').select('slug').execute()
  const took: number[] = []
  for (let round = -2; round < rounds; round += 1) {
    for (const { slug } of components) {
      const began = performance.now()
      const { statusCode } = await app.inject({ url: `/api/v1/rollback-target?component=${slug}`, headers })
      if (statusCode !== 200) throw new Error(`The way back of ${slug} was answered ${statusCode}.`)
      if (round >= 0) took.push(performance.now() - began)
    }
  }
  return took
}
