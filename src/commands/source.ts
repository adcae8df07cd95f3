import { errorsOf } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import { createSource, rotateSecret } from '../sources/actions.ts'
import { NewSource, Rotation } from '../sources/model.ts'
import { listSources } from '../sources/store.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  ['source create --name NAME --kind KIND', 'add a deploy tool; prints its address and its secret'],
  ['source list', 'list the sources'],
  ['source rotate NAME [--overlap HOURS]', 'make a new secret; the old one stays valid for 24 h'],
] as const

export const options = {
  name: { type: 'string' },
  kind: { type: 'string' },
  overlap: { type: 'string' },
} as const

/** `shiplog source …` */
export async function run([verb, name = '']: string[], options: Options, env: NodeJS.ProcessEnv) {
  if (verb === 'create') await create(options, env)
  else if (verb === 'list') await list(env)
  else if (verb === 'rotate') await rotate(name, options, env)
  else misuse('A source can be created, listed or rotated: create, list, rotate.')
  return 0
}

async function create({ name, kind }: Options, env: NodeJS.ProcessEnv) {
  const given = NewSource.safeParse({ name: name ?? '', kind: kind ?? '' })
  if (!given.success) return misuse(Object.values(errorsOf(given.error)).join('\n'))
  const { source, secret } = await withStore(env, (ctx) => createSource(ctx, given.data))
  console.log(`/hooks/${source.id}\t${secret}`)
}

async function list(env: NodeJS.ProcessEnv) {
  for (const { id, kind, name, seen_at, disabled_at } of await withStore(env, listSources)) {
    const state = disabled_at ? 'disabled' : 'open'
    console.log([name, kind, id, state, seen_at ?? 'never seen'].join('\t'))
  }
}

async function rotate(name: string, { overlap }: Options, env: NodeJS.ProcessEnv) {
  const given = Rotation.safeParse({ overlap_hours: overlap })
  if (!given.success) return misuse('The overlap is a number of hours, 0 to 168.')
  const { secret } = await withStore(env, async (ctx) => {
    const [source, more] = (await listSources(ctx)).filter((one) => one.name === name || one.id === name)
    if (!source || more) throw new Refusal('not-found', `There is not one source named “${name}”.`)
    return rotateSecret(ctx, source.id, given.data)
  })
  console.log(secret)
}
