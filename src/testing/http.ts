import type { LightMyRequestResponse, RouteOptions } from 'fastify'
import type { Policy } from '../accounts/guard.ts'
import type { Role, Scope } from '../accounts/model.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { openSession } from '../accounts/sessions.ts'
import { insertUser } from '../accounts/store.ts'
import { createToken } from '../accounts/tokens.ts'
import { buildApp } from '../app.ts'
import type { Backups } from '../backups/schedule.ts'
import { newId } from '../platform/ids.ts'
import type { World } from './world.ts'

export type TestApp = Awaited<ReturnType<typeof startTestApp>>
export type Client = {
  get(path: string): Promise<LightMyRequestResponse>
  post(
    path: string,
    fields?: Record<string, string | string[]>,
    headers?: Record<string, string | undefined>,
  ): Promise<LightMyRequestResponse>
  /** The form token of the last page that had one. */
  csrf(): string
  /** The header that it sends its cookies in. */
  cookies(): string
}

type Route = { method: string; url: string; policy: Policy; kept: boolean }

const cli = { kind: 'cli' as const, id: null, name: 'command line' }
const origin = 'http://localhost:8080'
/** The password of everybody who is signed in for a test; hashed once, since that takes 30 ms on purpose. */
const password = 'correct horse battery'
let hash: Promise<string> | undefined
const born = '2026-11-01T00:00:00.000Z'
const untouched = {
  disabled_at: null,
  shortcuts_off_at: null,
  version: 1,
  created_at: born,
  updated_at: born,
}

type Given = { sample?: boolean; home?: string; backups?: Backups | null }

/** The real server on a world's store, without a socket. */
export async function startTestApp(
  ship: World,
  { sample = false, home = origin, backups = null }: Given = {},
) {
  const { db, now, secret, publicText } = ship
  const kept = { db, now, secret, ...(publicText && { publicText }) }
  const routes: Route[] = []
  const seen = (route: RouteOptions) => {
    for (const method of [route.method].flat()) {
      const { policy, kept } = route.config ?? {}
      routes.push({ method, url: route.url, policy: policy as Policy, kept: kept !== undefined })
    }
  }
  const held = home.startsWith('https:') ? '__Host-shiplog' : 'shiplog'
  const settings = { url: home, trusted_proxies: [], log_level: 'silent', secret }
  const app = await buildApp(settings, kept, { onRoute: seen, sample, backups })
  let made = 0

  /** A browser with a session of somebody with this role; forms carry what our own pages carry. */
  async function signedIn(role: Role): Promise<Client> {
    made += 1
    const email = `${role}${made}@example.com`
    const id = newId()
    hash ??= hashPassword(password)
    await insertUser(ship, {
      ...untouched,
      id,
      email,
      name: role,
      role,
      password_hash: await hash,
    })
    const session = await openSession(
      ship,
      { id, name: role },
      {
        ip: '127.0.0.1',
        agent: 'test',
        token: null,
      },
    )
    const browser = newBrowser('127.0.0.1', session)
    await browser.get('/admin/account')
    return browser
  }

  /** A browser that keeps cookies and the form token of the last page that had one. */
  function newBrowser(remoteAddress = '127.0.0.1', session?: string): Client {
    const cookies = new Map<string, string>(session ? [[held, session]] : [])
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
      get: async (url) => keep(await app.inject({ method: 'GET', url, remoteAddress, headers: headers() })),
      csrf: () => csrf,
      cookies: () => headers().cookie,
      post: async (url, fields = {}, more = {}) => {
        const body = new URLSearchParams()
        for (const [name, value] of Object.entries({ _csrf: csrf, ...fields })) {
          for (const one of [value].flat()) body.append(name, one)
        }
        const type = 'application/x-www-form-urlencoded'
        const sent: Record<string, string | undefined> = {
          ...headers(),
          origin: home,
          'content-type': type,
          ...more,
        }
        for (const [name, value] of Object.entries(sent)) if (value === undefined) delete sent[name]
        return keep(
          await app.inject({
            method: 'POST',
            url,
            remoteAddress,
            headers: sent as Record<string, string>,
            payload: body.toString(),
          }),
        )
      },
    }
  }

  /** An `Authorization` header's value with these scopes. */
  async function token(...scopes: Scope[]): Promise<string> {
    made += 1
    const { token } = await createToken(ship.as(cli), { name: `test ${made}`, scopes })
    return `Bearer ${token}`
  }

  return { app, routes, inject: app.inject.bind(app), newBrowser, signedIn, token }
}
