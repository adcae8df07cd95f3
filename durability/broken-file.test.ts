import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { pause } from '../e2e/intake.ts'
import { type Server, startServer } from '../e2e/server.ts'
import { folderFor, until } from './machine.ts'
import { spoilHeader, spoilMiddle } from './spoiling.ts'

const isRoot = process.getuid?.() === 0
const { folder, remove } = folderFor('broken')
const data_dir = join(folder, 'data')
const file = (name: string) => join(data_dir, name)
const paths = [
  '/',
  '/releases',
  '/components/checkout',
  '/api/v2/summary.json',
  '/history.atom',
  '/history.rss',
]
let authorization = ''

before(async () => {
  mkdirSync(data_dir)
  const server = await startServer({ data_dir })
  authorization = `Bearer ${await server.cli('token', 'create', '--name', 'ci', '--scope', 'admin')}`
  await send(server, '/api/v1/components', { name: 'Checkout' })
  assert.equal((await report(server)).status, 202)
  for (const path of paths) assert.equal((await fetch(server.origin + path)).status, 200, path)
  await until(() => existsSync(file('pages')) && readdirSync(file('pages')).length >= paths.length)
  await server.kill('SIGTERM')
  copyFileSync(file('shiplog.db'), join(folder, 'copy.db'))
})
after(remove)

function send(server: Server, path: string, body: object) {
  const headers = { authorization, 'content-type': 'application/json' }
  return fetch(server.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

let run = 0
function report(server: Server) {
  run += 1
  const body = { type: 'release.succeeded', run: `r${run}`, service: 'checkout', version: `1.${run}.0` }
  return send(server, '/api/v1/events', body)
}

type Breaking = {
  how: string
  breaks(): () => void
  needs_root?: true
  /** Whether what is there can be read all the same. */
  reads_on?: true
  also_live?: true
}

function putBack() {
  for (const name of ['shiplog.db-wal', 'shiplog.db-shm']) rmSync(file(name), { force: true })
  copyFileSync(join(folder, 'copy.db'), file('shiplog.db'))
}

function damaged(how: string, damage: (file: string) => void): Breaking {
  const breaks = () => {
    damage(file('shiplog.db'))
    return putBack
  }
  return { how, breaks }
}

const breakings: Breaking[] = [
  damaged('has another header', spoilHeader),
  damaged('has pages of nonsense', spoilMiddle),
  damaged('lost its second half', (name) => truncateSync(name, 200_000)),
  damaged('lost everything', (name) => truncateSync(name, 0)),
  {
    how: 'is gone',
    also_live: true,
    breaks() {
      mkdirSync(file('elsewhere'))
      for (const name of ['shiplog.db', 'shiplog.db-wal', 'shiplog.db-shm'])
        if (existsSync(file(name))) renameSync(file(name), join(file('elsewhere'), name))
      return () => {
        rmSync(file('elsewhere'), { recursive: true })
        putBack()
      }
    },
  },
  {
    how: 'may only be read',
    needs_root: true,
    reads_on: true,
    breaks() {
      execFileSync('mount', ['--bind', data_dir, data_dir])
      execFileSync('mount', ['-o', 'remount,ro,bind', data_dir])
      return () => void execFileSync('umount', ['-l', data_dir])
    },
  },
  {
    how: 'is being written by another program that never ends',
    reads_on: true,
    also_live: true,
    breaks() {
      const other = new Sqlite(file('shiplog.db'))
      other.exec('begin immediate')
      return () => other.close()
    },
  },
]

for (const { how, breaks, needs_root, reads_on } of breakings) {
  const skip = needs_root && !isRoot ? 'it needs root' : false
  test(`a start while the database ${how} serves every public page of before, and heals`, {
    skip,
  }, async () => {
    const mend = breaks()
    const server = await startServer({ data_dir })
    try {
      await broken(server, { reads_on, all_old: true })
      mend()
      await healed(server)
    } finally {
      await server.stop()
      putBack()
    }
  })
}

for (const { how, breaks, reads_on } of breakings.filter(({ also_live }) => also_live)) {
  test(`a database that ${how} while it is served takes no page from anybody, and heals`, async () => {
    const server = await startServer({ data_dir })
    try {
      assert.equal((await report(server)).status, 202)
      const mend = breaks()
      await broken(server, { reads_on })
      mend()
      await healed(server)
    } finally {
      await server.stop()
      putBack()
    }
  })
}

async function healed(server: Server) {
  await until(async () => (await report(server)).status === 202)
  const isNew = async (path: string) => (await fetch(server.origin + path)).headers.get('age') === null
  for (const path of paths) await until(() => isNew(path))
  assert.equal((await fetch(`${server.origin}/readyz`)).status, 200)
}

/** No reader meets anything but a page; what is to be stored is refused; and whoever balances the load is told. */
async function broken(server: Server, { reads_on = false, all_old = false }) {
  const refused = until(async () => (await report(server)).status === 503)
  let asked = 0
  let over = false
  void refused.finally(() => {
    over = true
  })
  while (!over || asked < 5) {
    for (const path of paths) {
      const answer = await fetch(server.origin + path)
      assert.equal(answer.status, 200, path)
      await answer.arrayBuffer()
    }
    asked += 1
    await pause(20)
  }
  await refused
  if (reads_on) return
  await until(async () => (await fetch(`${server.origin}/readyz`)).status === 503)
  if (!all_old) return // what was rendered in this very minute is true still
  for (const path of paths) {
    const answer = await fetch(server.origin + path)
    assert.deepEqual([answer.status, /^\d+$/.test(answer.headers.get('age') ?? '')], [200, true], path)
  }
}
