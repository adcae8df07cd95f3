import assert from 'node:assert/strict'
import { once } from 'node:events'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { type Server, startServer } from '../e2e/server.ts'
import { withStore } from '../src/commands/open.ts'
import { queueCall } from '../src/outbound/actions.ts'
import { folderFor, until } from './machine.ts'

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')
const skip = library ? false : 'it needs libfaketime'
const { folder, remove } = folderFor('clock')
after(remove)
const data_dir = join(folder, 'data')
const clock = join(folder, 'clock')
const admin = { email: 'ada@example.com', password: 'correct horse battery' }
const env = {
  SHIPLOG_DATA_DIR: data_dir,
  SHIPLOG_ADMIN_EMAIL: admin.email,
  SHIPLOG_ADMIN_PASSWORD: admin.password,
  SHIPLOG_OUTBOUND_ALLOW: '127.0.0.1',
}
const faked = {
  ...env,
  LD_PRELOAD: library ?? '',
  FAKETIME_TIMESTAMP_FILE: clock,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  TZ: 'Europe/Berlin',
}

/** Signs in as a browser does; the cookies of the session. */
async function signIn({ origin }: Server): Promise<string> {
  const page = await fetch(`${origin}/login`)
  const cookiesOf = (answer: Response) => answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
  const cookies = cookiesOf(page)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const headers = { cookie: cookies.join('; '), origin, 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ _csrf: csrf, ...admin }).toString()
  const answer = await fetch(`${origin}/login`, { method: 'POST', headers, body, redirect: 'manual' })
  assert.equal(answer.status, 303)
  return [...cookies, ...cookiesOf(answer)].join('; ')
}

async function isSignedIn({ origin }: Server, cookie: string) {
  const answer = await fetch(`${origin}/admin/account`, { headers: { cookie }, redirect: 'manual' })
  assert.ok([200, 303].includes(answer.status), String(answer.status))
  return answer.status === 200
}

/** A receiver that counts how often each call came. */
async function counter() {
  const came: string[] = []
  const server = createServer((request, response) => {
    came.push(request.url ?? '')
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** Far ahead, back again, behind, and through both nights on which clocks change. */
const jumps = ['+0', '+3d', '+0', '-1d', '@2027-03-28 01:59:59', '@2026-10-25 02:59:59', '+0']

test('whatever the clock does, sessions that ended stay ended, calls come once, and the log keeps its order', {
  skip,
}, async (t) => {
  mkdirSync(data_dir)
  writeFileSync(clock, '+0\n')
  const server = await startServer({ data_dir, env: faked })
  t.after(() => server.kill('SIGKILL'))
  const authorization = `Bearer ${await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  const { came, url } = await counter()
  const cookie = await signIn(server)
  const signedIn: boolean[] = []
  for (const [place, jump] of jumps.entries()) {
    writeFileSync(clock, `${jump}\n`)
    signedIn.push(await isSignedIn(server, cookie))
    const call = { purpose: 'ping', subject: ['site', 'site'] as [string, string], body: '{}' }
    await withStore(env, (ctx) => queueCall(ctx, { ...call, url: `${url}/${place}`, schedule: 'patient' }))
    const headers = { authorization, 'content-type': 'application/json' }
    const body = JSON.stringify({ type: 'release.succeeded', run: `${place}`, service: 'x', version: '1' })
    const answer = await fetch(`${server.origin}/api/v1/events`, { method: 'POST', headers, body })
    assert.equal(answer.status, 202, `${jump}: ${await answer.text()}`)
    for (const path of ['/', '/history.atom', '/api/v2/summary.json', '/readyz'])
      assert.equal((await fetch(server.origin + path)).status, 200, `${jump} ${path}`)
  }
  assert.deepEqual(signedIn, [true, ...jumps.slice(1).map(() => false)])
  await until(() => new Set(came).size === jumps.length)
  assert.deepEqual(
    [...came].sort(),
    jumps.map((_, place) => `/${place}`),
  )
  await server.kill('SIGTERM')
  assert.deepEqual(outOfOrder(), [])
})

/** Lines of the server that stand behind one that was written later: it names them by the clock, but never backwards. */
function outOfOrder() {
  const db = new Sqlite(join(data_dir, 'shiplog.db'), { readonly: true })
  const said = `select id from journal where action = 'delivery.accepted' order by rowid`
  const ids = db.prepare(said).pluck().all() as string[]
  db.close()
  assert.equal(ids.length, jumps.length)
  return ids.filter((id, place) => id < (ids[place - 1] ?? ''))
}
