import type { LightMyRequestResponse } from 'fastify'
import { addUser } from '../accounts/actions.ts'
import type { Role, Scope } from '../accounts/model.ts'
import { createToken } from '../accounts/tokens.ts'
import { buildApp } from '../app.ts'
import type { World } from './world.ts'

export type TestApp = Awaited<ReturnType<typeof startTestApp>>
export type Client = {
  get(path: string): Promise<LightMyRequestResponse>
  post(path: string, fields?: Record<string, string | string[]>): Promise<LightMyRequestResponse>
}

const cli = { kind: 'cli' as const, id: null, name: 'command line' }
const origin = 'http://localhost:8080'

/** The real server on a world's store, without a socket. */
export async function startTestApp(ship: World) {
  const { db, now, secret } = ship
  const app = await buildApp(
    { url: origin, trusted_proxies: [], log_level: 'silent', secret },
    { db, now, secret },
  )
  let made = 0

  /** A browser with a session of somebody with this role; forms carry what our own pages carry. */
  async function signedIn(role: Role): Promise<Client> {
    made += 1
    const email = `${role}${made}@example.com`
    await addUser(ship.as(cli), { email, name: role, role, password: 'correct horse battery' })
    const browser = newBrowser()
    await browser.get('/login')
    const answer = await browser.post('/login', { email, password: 'correct horse battery' })
    if (answer.statusCode !== 303) throw new Error(`Login answered ${answer.statusCode}.`)
    await browser.get('/admin/account')
    return browser
  }

  /** A browser that keeps cookies and the form token of the last page that had one. */
  function newBrowser(): Client {
    const cookies = new Map<string, string>()
    let csrf = ''
    const keep = (answer: LightMyRequestResponse) => {
      for (const { name, value } of answer.cookies) cookies.set(name, value)
      csrf = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? csrf
      return answer
    }
    const headers = () => ({
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      accept: 'text/html',
    })
    return {
      get: async (url) => keep(await app.inject({ method: 'GET', url, headers: headers() })),
      post: async (url, fields = {}) => {
        const body = new URLSearchParams()
        for (const [name, value] of Object.entries({ _csrf: csrf, ...fields })) {
          for (const one of [value].flat()) body.append(name, one)
        }
        const sent = { ...headers(), origin, 'content-type': 'application/x-www-form-urlencoded' }
        return keep(await app.inject({ method: 'POST', url, headers: sent, payload: body.toString() }))
      },
    }
  }

  /** An `Authorization` header's value with these scopes. */
  async function token(...scopes: Scope[]): Promise<string> {
    made += 1
    const { token } = await createToken(ship.as(cli), { name: `test ${made}`, scopes })
    return `Bearer ${token}`
  }

  return { app, inject: app.inject.bind(app), newBrowser, signedIn, token }
}
