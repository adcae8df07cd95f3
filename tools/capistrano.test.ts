import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine, type Told } from './machine.ts'
import { openShell, sshPrograms } from './ssh.ts'
import { nowhere } from './wires.ts'

const recipe = join(import.meta.dirname, '../integrations/capistrano/shiplog.rake')
// an ssh connection for each step, and Ruby to start: on a busy machine, a deploy takes a while
const timeout = 300_000
const skip = install({ cap: 'capistrano', git: 'git', ...sshPrograms })
let machine: Machine
let shell: Awaited<ReturnType<typeof openShell>>

before(async () => {
  if (skip) return
  machine = await startMachine()
  shell = await openShell(machine)
  await makeProject()
})
after(() => machine?.stop())

async function makeProject() {
  await must('git', 'init', '-q', '-b', 'main', 'work')
  await commit('one')
  await must('git', 'clone', '-q', '--bare', 'work', 'repo.git')
  write('app/Capfile', capfile)
  write('app/config/deploy.rb', deploy)
  write('app/config/deploy/production.rb', stage)
  mkdirSync(join(machine.folder, 'app/lib/capistrano/tasks'), { recursive: true })
  copyFileSync(recipe, join(machine.folder, 'app/lib/capistrano/tasks/shiplog.rake'))
}

const capfile = `
require "capistrano/setup"
require "capistrano/deploy"
require "capistrano/scm/git"
install_plugin Capistrano::SCM::Git
Dir.glob("lib/capistrano/tasks/*.rake").each { |r| import r } unless ENV["WITHOUT"]
`
const deploy = `
set :application, "shop"
set :repo_url, ENV["REPO"]
set :branch, ENV["BRANCH"] || "main"
set :deploy_to, ENV["DEPLOY_TO"]
set :keep_releases, 9
set :local_user, "alice"
set :secret_key, "kept-to-ourselves"
%w[updated reverted].each do |name|
  after "deploy:#{name}", :own do
    on release_roles(:all) do
      execute :false if ENV["BREAK"]
      execute :sleep, 20 if ENV["SLOW"]
    end
  end
end
`
const stage = `
server "127.0.0.1", user: ENV["SSH_USER"], roles: %w[app], port: ENV["SSH_PORT"].to_i,
  ssh_options: { keys: [ENV["SSH_KEY"]], keys_only: true, auth_methods: %w[publickey], verify_host_key: :never }
`

function write(name: string, text: string) {
  const file = join(machine.folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

async function must(command: string, ...args: string[]) {
  const { code, out, err } = await machine.run(command, args)
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${err}`)
  return out.trim()
}

/** Commits something to the repository that is deployed from, perhaps with a tag; answers the commit. */
async function commit(words: string, tag?: string) {
  const git = (...args: string[]) =>
    must('git', '-C', 'work', '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args)
  write(`work/${words}`, words)
  await git('add', '-A')
  await git('commit', '-q', '-m', words)
  if (tag) await git('tag', tag)
  if (existsSync(join(machine.folder, 'repo.git')))
    await git('push', '-q', '--tags', join(machine.folder, 'repo.git'), 'main')
  return git('rev-parse', 'HEAD')
}

const server = () => join(machine.folder, 'www')

function begin(args: string[], env: NodeJS.ProcessEnv = {}) {
  const settings = { SHIPLOG_URL: machine.origin, SHIPLOG_TOKEN: machine.secret, DEPLOY_TO: server() }
  const ssh = { SSH_PORT: shell.port, SSH_USER: shell.user, SSH_KEY: shell.key }
  const all = { ...settings, ...ssh, REPO: `file://${machine.folder}/repo.git`, ...env }
  return machine.begin('cap', ['production', ...args], { cwd: join(machine.folder, 'app'), env: all })
}
const cap = (args: string[], env: NodeJS.ProcessEnv = {}) => begin(args, env).ended

/** The release that came last, once something has been said of it. */
const newest = async () => (await machine.releases())[0] as Told
const codes = ({ warnings }: Told) =>
  warnings.map(({ code }) => code).filter((code) => /live|drift|undoes/.test(code))
const live = () => readFileSync(join(server(), 'current/REVISION'), 'utf8').trim()

test('a deploy, another by a tag, and the way back are what Shiplog says they are', {
  skip,
  timeout,
}, async () => {
  const recorder = await machine.recorder('native-capistrano-deploy')
  const first = await cap(['deploy'], { SHIPLOG_URL: recorder.origin })
  assert.equal(first.code, 0, first.err)
  assert.doesNotMatch(first.err, /Shiplog/)
  const one = await newest()
  assert.deepEqual([one.state, one.kind, one.commit, one.ref], ['succeeded', 'deploy', live(), 'main'])
  assert.deepEqual([one.version, one.environment, one.actor_name], [null, 'production', 'alice'])
  const kept = new Set(recorder.seen.flatMap(({ body }) => Object.keys(JSON.parse(body))))
  assert.deepEqual([...kept].sort(), ['actor', 'commit', 'environment', 'ref', 'run', 'service', 'type'])
  assert.deepEqual(
    recorder.seen.map(({ body }) => JSON.parse(body).type),
    ['release.started', 'release.progress', 'release.succeeded'],
  )

  const commit_two = await commit('two', 'v1.1.0')
  assert.equal((await cap(['deploy'], { BRANCH: 'v1.1.0' })).code, 0)
  const two = await newest()
  assert.deepEqual(
    [two.state, two.version, two.commit, two.previous_version],
    ['succeeded', 'v1.1.0', commit_two, one.commit?.slice(0, 7)],
  )
  assert.deepEqual([two.previous_release_id, codes(two)], [one.id, []])

  const rollback = await machine.recorder('native-capistrano-rollback')
  const back = await cap(['deploy:rollback'], { SHIPLOG_URL: rollback.origin })
  assert.equal(back.code, 0, back.err)
  const three = await newest()
  assert.deepEqual(
    [three.state, three.kind, three.kind_by, three.commit],
    ['succeeded', 'rollback', 'tool', one.commit],
  )
  assert.deepEqual([three.restores_release_id, three.reverts_release_id, codes(three)], [one.id, two.id, []])
  assert.equal((await machine.releases())[1]?.state, 'rolled_back')
})

test('a failed deploy ends as it would without us; the rollback after it, which undoes nothing, is warned about', {
  skip,
  timeout,
}, async () => {
  await commit('three')
  const failed = await cap(['deploy'], { BREAK: '1' })
  const told = await newest()
  assert.deepEqual(
    [told.state, told.message],
    ['failed', 'It ended with SSHKit::Runner::ExecuteError while updated.'],
  )
  const without = await cap(['deploy'], {
    BREAK: '1',
    WITHOUT: '1',
    DEPLOY_TO: join(machine.folder, 'other'),
  })
  assert.deepEqual([failed.code, without.code], [1, 1])

  // Capistrano takes the second newest directory, and the newest is the one that failed
  const back = await cap(['deploy:rollback'])
  assert.match(back.err, /^\[Shiplog\] It goes back to what was live already, so it undoes nothing\.$/m)
  assert.deepEqual(codes(await newest()), ['undoes_nothing'])
})

test('what was put there past Shiplog is noticed, and going back to what was never live, too', {
  skip,
  timeout,
}, async () => {
  await commit('four')
  assert.equal((await cap(['deploy'], { WITHOUT: '1' })).code, 0)
  const unheard = live().slice(0, 7)
  await commit('five')
  const deployed = await cap(['deploy'])
  assert.match(deployed.err, new RegExp(`^\\[Shiplog\\] The tool found ${unheard} in place`, 'm'))
  const five = await newest()
  assert.deepEqual([five.drift_version, codes(five)], [unheard, ['drift']])
  const back = await cap(['deploy:rollback'])
  assert.match(back.err, /which we never saw live here\.$/m)
  assert.deepEqual(codes(await newest()), ['never_live'])
})

test('a rollback that fails, and a deploy that is interrupted, end as failed though Capistrano calls no hook', {
  skip,
  timeout,
}, async () => {
  await commit('six')
  assert.equal((await cap(['deploy'])).code, 0)
  const back = await cap(['deploy:rollback'], { BREAK: '1' })
  const broken = await newest()
  assert.deepEqual([back.code, broken.kind, broken.state], [1, 'rollback', 'failed'])
  assert.equal(broken.message, 'It ended with SSHKit::Runner::ExecuteError while reverted.')

  for (const [name, words] of [
    ['SIGINT', /^Interrupted by SIGINT/],
    ['SIGTERM', /^Interrupted by SIGTERM/],
  ] as const) {
    const ends = []
    for (const WITHOUT of ['', '1']) {
      const begun = begin(['deploy'], { SLOW: '1', ...(WITHOUT && { WITHOUT }) })
      await begun.until(/sleep 20/)
      begun.interrupt(name)
      const { code, signal } = await begun.ended
      ends.push([code, signal])
    }
    assert.deepEqual(ends[0], ends[1])
    const told = await newest()
    assert.deepEqual([told.state, words.test(told.message ?? '')], ['failed', true], String(told.message))
  }
})

test('a server that cannot be reached is a failed release, and a dry run is none', {
  skip,
  timeout,
}, async () => {
  const nobody = await cap(['deploy'], { SSH_PORT: new URL(await nowhere()).port })
  const told = await newest()
  assert.deepEqual([nobody.code, told.state], [1, 'failed'])
  assert.match(told.message ?? '', /while starting/)

  const count = (await machine.releases()).length
  const recorder = await machine.recorder('native-capistrano-dry')
  for (const task of ['deploy', 'deploy:rollback'])
    await cap([task, '--dry-run'], { SHIPLOG_URL: recorder.origin })
  assert.deepEqual([recorder.seen.length, (await machine.releases()).length], [0, count])
})

test('whatever the branch is called, it is only text; and without a setting, a deploy goes on', {
  skip,
  timeout,
}, async () => {
  const hostile = `"; rm -rf / #$(touch ${machine.folder}/pwned)`
  await cap(['deploy'], { BRANCH: hostile })
  assert.equal((await newest()).ref, hostile)
  const unset = await cap(['deploy'], { SHIPLOG_TOKEN: '', SHIPLOG_URL: '' })
  assert.deepEqual([unset.code, unset.err.match(/^\[Shiplog\] /gm)?.length], [0, 3], unset.err)
  const wrong = await cap(['deploy'], { SHIPLOG_TOKEN: 'slk_wrong' })
  assert.equal(wrong.code, 0)
  assert.match(wrong.err, /^\[Shiplog\] release\.started was not reported: 401/m)
})

test('a Shiplog that is down costs nothing; one that hangs costs at most 3 s for each report', {
  skip,
  timeout,
}, async () => {
  const hanging = await machine.hanging()
  const fresh = (name: string, more: NodeJS.ProcessEnv) =>
    cap(['deploy'], { DEPLOY_TO: join(machine.folder, name), ...more })
  const plain = await fresh('plain', { WITHOUT: '1' })
  const down = await fresh('down', { SHIPLOG_URL: await nowhere() })
  const slow = await fresh('slow', { SHIPLOG_URL: hanging.origin })
  assert.deepEqual([plain.code, down.code, slow.code], [0, 0, 0])
  for (const { err } of [down, slow]) assert.equal(err.match(/^\[Shiplog\] release/gm)?.length, 3, err)
  assert.equal(hanging.taken(), 3)
  const noise = Math.max(3, plain.seconds / 2)
  assert.ok(down.seconds < plain.seconds + noise, `${down.seconds} s, without ${plain.seconds} s`)
  assert.ok(slow.seconds < plain.seconds + 3 * 3 + noise, `${slow.seconds} s, without ${plain.seconds} s`)
})
