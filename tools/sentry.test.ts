import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Machine, type Source, startMachine } from './machine.ts'

/**
 * The real sentry-cli, which is never a dependency of ours: its licence allows to run it, and no more. npm brings it as
 * a package for each platform, whose scripts are not run.
 */
const wanted = '@sentry/cli@3.8.0'
let machine: Machine
let cli = ''
let proxy: Awaited<ReturnType<Machine['recorder']>>
let commits: string[] = []

before(async () => {
  machine = await startMachine({ kind: 'sentry', components: ['Shop'] })
  const how = ['install', '--prefix', machine.folder, '--ignore-scripts', '--no-audit', '--no-fund', wanted]
  await machine.run('npm', how, { env: process.env }) // where its registry is, stands in the home folder
  const named = `node_modules/@sentry/cli-${process.platform}-${process.arch}/bin/sentry-cli`
  cli = join(machine.folder, named)
  proxy = await machine.recorder('sentry')
  commits = await repository()
})
after(() => machine?.stop())

/** A repository with two commits; their names, oldest first. */
async function repository() {
  const git = async (...args: string[]) => {
    const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@shop.example']
    return (await machine.run('git', [...who, ...args])).out.trim()
  }
  await git('init', '-q')
  const made = []
  for (const message of ['one', 'two']) {
    await git('commit', '-q', '--allow-empty', '-m', message)
    made.push(await git('rev-parse', 'HEAD'))
  }
  await git('remote', 'add', 'origin', 'https://github.com/acme/shop.git')
  return made
}

function sentry(secret: string, origin = proxy.origin) {
  const own = { SENTRY_URL: origin, SENTRY_AUTH_TOKEN: secret, SENTRY_ORG: 'acme', SENTRY_PROJECT: 'shop' }
  return (...args: string[]) => machine.run(cli, args, { env: own })
}

async function succeeds(running: ReturnType<ReturnType<typeof sentry>>) {
  const { code, out, err } = await running
  assert.equal(code, 0, out + err)
  return out + err
}

test('a pipeline that calls sentry-cli tells Shiplog: new, set-commits, finalize, deploys', async (t) => {
  if (!existsSync(cli)) return t.skip(`npm has no sentry-cli for this platform, or cannot be reached.`)
  const run = sentry(machine.secret)
  await succeeds(run('releases', 'new', 'shop@1.4.2'))
  await succeeds(run('releases', 'set-commits', 'shop@1.4.2', '--local'))
  await succeeds(run('releases', 'finalize', 'shop@1.4.2'))
  assert.equal((await machine.releases()).length, 0, 'nothing is live yet')
  await succeeds(
    run('deploys', 'new', '-r', 'shop@1.4.2', '-e', 'production', '-t', '95', '-u', 'https://shop.example'),
  )
  const [release, ...others] = await machine.releases()
  assert.equal(others.length, 0)
  assert.deepEqual(
    [release?.version, release?.state, release?.commit, release?.environment],
    ['1.4.2', 'succeeded', commits[1], 'production'],
  )
  const { started_at, finished_at } = release ?? {}
  assert.equal((Date.parse(finished_at ?? '') - Date.parse(started_at ?? '')) / 1000, 95)
})

test('the commits of a range are told where the source knows the repository', async (t) => {
  if (!existsSync(cli)) return t.skip()
  const settings = { repositories: 'acme/shop' }
  const source = await machine.api<Source>('/api/v1/sources', { name: 'Range', kind: 'sentry', settings })
  const run = sentry(source.secret)
  await succeeds(run('releases', 'new', 'shop@1.4.3'))
  await succeeds(run('releases', 'set-commits', 'shop@1.4.3', '--commit', `acme/shop@${commits.join('..')}`))
  await succeeds(run('deploys', 'new', '-r', 'shop@1.4.3', '-e', 'staging'))
  const release = (await machine.releases()).find(({ version }) => version === '1.4.3')
  assert.deepEqual([release?.commit, release?.previous_version], [commits[1], commits[0]])
  assert.equal(release?.environment, 'staging')
})

test('what was told before is told again without harm, and a wrong token is refused', async (t) => {
  if (!existsSync(cli)) return t.skip()
  const run = sentry(machine.secret)
  const before = (await machine.releases()).length
  const again = [
    'deploys',
    'new',
    '-r',
    'shop@1.4.4',
    '-e',
    'production',
    '--started',
    '1795411000',
    '--finished',
    '1795411515',
  ]
  for (const _ of [1, 2]) await succeeds(run(...again))
  for (const _ of [1, 2]) await succeeds(run('releases', 'new', 'shop@1.4.4'))
  assert.equal((await machine.releases()).length, before + 1)
  const { code, out, err } = await sentry(`slk_${'x'.repeat(43)}`)('releases', 'new', 'shop@1.4.5')
  assert.notEqual(code, 0)
  assert.match(out + err, /401/)
  assert.ok(proxy.seen.every(({ path }) => path.startsWith('/api/0/')))
})
