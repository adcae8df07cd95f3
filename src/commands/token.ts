import { NewToken } from '../accounts/model.ts'
import { listTokens } from '../accounts/store.ts'
import { createToken, revokeToken } from '../accounts/tokens.ts'
import { errorsOf } from '../platform/forms.ts'
import { Refusal } from '../platform/refusal.ts'
import { withStore } from './open.ts'
import { misuse, type Options } from './run.ts'

export const usage = [
  ['token create --name NAME --scope SCOPE[,SCOPE…]', 'make an API token; prints it and nothing else'],
  ['token list', 'list the tokens'],
  ['token revoke NAME', 'end a token for ever'],
] as const

export const options = { name: { type: 'string' }, scope: { type: 'string' } } as const

/** `shiplog token …` */
export async function run([verb, name = '']: string[], options: Options, env: NodeJS.ProcessEnv) {
  if (verb === 'create') await create(options, env)
  else if (verb === 'list') await list(env)
  else if (verb === 'revoke') await revoke(name, env)
  else misuse('A token can be created, listed or revoked: create, list, revoke.')
  return 0
}

async function create({ name, scope }: Options, env: NodeJS.ProcessEnv) {
  const scopes = String(scope ?? '')
    .split(',')
    .filter(Boolean)
  const given = NewToken.safeParse({ name: name ?? '', scopes })
  if (!given.success) return misuse(Object.values(errorsOf(given.error)).join('\n'))
  const { token } = await withStore(env, (ctx) => createToken(ctx, given.data))
  console.log(token)
}

async function list(env: NodeJS.ProcessEnv) {
  for (const token of await withStore(env, listTokens)) {
    const state = token.revoked_at ? 'revoked' : 'active'
    console.log([token.name, token.scopes.join(','), state, token.used_at ?? 'never used'].join('\t'))
  }
}

function revoke(name: string, env: NodeJS.ProcessEnv) {
  return withStore(env, async (ctx) => {
    const token = (await listTokens(ctx)).find((one) => one.name === name && one.revoked_at === null)
    if (!token) throw new Refusal('not-found', `There is no active token named “${name}”.`)
    await revokeToken(ctx, token.id)
  })
}
