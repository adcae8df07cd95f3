import { buildAnew, keepIndexed } from '../search/indexing.ts'
import { withStore } from './open.ts'
import { misuse } from './run.ts'

export const usage = [['search rebuild', 'read everything anew that can be searched']] as const

/** Builds the index of the search anew; a server that runs meanwhile goes on finding what it found. */
export async function run(words: string[], _options: object, env: NodeJS.ProcessEnv): Promise<number> {
  if (words.join(' ') !== 'rebuild') misuse('Say: shiplog search rebuild')
  await withStore(env, async (ctx) => {
    await buildAnew(ctx)
    await keepIndexed(ctx, { most: Number.POSITIVE_INFINITY })
  })
  console.log('Everything can be found again.')
  return 0
}
