import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { install, type Machine, startMachine, type Told } from './machine.ts'

const kits = join(import.meta.dirname, '../integrations')
const skip = install({ curl: 'curl', sh: 'dash' })
const sha = '28e3a861aa28e3a861aa28e3a861aa28e3a861aa'
const hostile = '"; rm -rf / #$(touch pwned)`touch pwned`'
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine({ components: ['Shop', 'Cart'] })
})
after(() => machine?.stop())

const settings = () => ({ SHIPLOG_URL: machine.origin, SHIPLOG_TOKEN: machine.secret })
const yaml = (name: string) => parse(readFileSync(join(kits, name), 'utf8'))

/** Runs a script as a runner does: in a shell that stops at the first error. */
function script(lines: string, env: NodeJS.ProcessEnv, cwd = machine.folder) {
  return machine.run('sh', ['-e', '-c', lines], { env: { ...settings(), ...env }, cwd })
}

/** Runs it with a Shiplog that is not there: it must end well all the same. */
async function endsWell(lines: string, env: NodeJS.ProcessEnv, cwd?: string) {
  const { code } = await script(lines, { ...env, SHIPLOG_URL: await machine.nowhere() }, cwd)
  assert.equal(code, 0)
}

const release = async (run: string) => {
  const found = (await machine.releases()).filter(({ run_key }) => run_key === run)
  assert.equal(found.length, 1, run)
  return found[0] as Told
}
const newest = async () => (await machine.releases())[0] as Told
const unharmed = () => assert.ok(!existsSync(join(machine.folder, 'pwned')))

test('the GitHub step reports with what the runner says, and nothing from outside is part of its script', {
  skip,
}, async () => {
  const step = yaml('github-actions/action.yml').runs.steps[0]
  assert.doesNotMatch(step.run, /\$\{\{/)
  const runner = {
    GITHUB_ACTION_PATH: join(kits, 'github-actions'),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '77',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: sha,
    GITHUB_REF_TYPE: 'tag',
    GITHUB_REF_NAME: 'v1.4.3',
    GITHUB_TRIGGERING_ACTOR: 'alice',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SECRET_THING: 'kept-to-ourselves',
  }
  // as the runner does it: an input that is not given is an empty variable
  const step_with = (inputs: Record<string, string>) => {
    const filled = Object.entries(step.env as Record<string, string>).map(([name, value]) => [
      name,
      inputs[/inputs\.(\w+)/.exec(value)?.[1] ?? ''] ?? '',
    ])
    const url = { INPUT_URL: machine.origin, INPUT_TOKEN: machine.secret }
    return { ...runner, ...Object.fromEntries(filled), ...url }
  }
  const says = (report: string, more = {}) =>
    script(step.run, step_with({ report, service: 'shop', ...more }))
  await says('started')
  const run = 'github-acme/shop-77'
  assert.equal((await release(run)).state, 'running')
  assert.equal((await says('success', { message: hostile })).code, 0)
  const told = await release(run)
  assert.deepEqual(
    [told.state, told.version, told.commit, told.actor_name],
    ['succeeded', 'v1.4.3', sha, 'alice'],
  )
  assert.deepEqual([told.message, told.run_url], [hostile, 'https://github.com/acme/shop/actions/runs/77'])
  runner.GITHUB_RUN_ATTEMPT = '2'
  await says('started')
  assert.equal((await release(run)).attempt, 2)
  await says('cancelled')
  assert.equal((await release(run)).state, 'cancelled')
  await endsWell(step.run, { ...step_with({ report: 'failure', service: 'shop' }), INPUT_URL: '' })
  const { steps } = yaml('github-actions/deploy.example.yml').jobs.deploy
  assert.deepEqual(
    [steps[1].with.report, steps[3].with.report, steps[3].if],
    ['started', ['$', '{{ job.status }}'].join(''), 'always()'],
  )
  unharmed()
})

test('a GitLab job that extends ours is told from its start to its end', { skip }, async () => {
  const { before_script, after_script, variables } = yaml('gitlab-ci/shiplog.gitlab-ci.yml')['.shiplog']
  assert.equal(variables.SHIPLOG_REPORT, 'ci/shiplog-report')
  const folder = join(machine.folder, 'checkout')
  mkdirSync(join(folder, 'ci'), { recursive: true })
  copyFileSync(join(kits, 'shiplog-report/shiplog-report'), join(folder, 'ci/shiplog-report'))
  const job = {
    ...variables,
    CI_JOB_URL: 'https://gitlab.example/1',
    CI_PROJECT_NAME: 'shop',
    CI_ENVIRONMENT_NAME: 'staging',
  }
  const commit = { CI_COMMIT_SHA: sha, CI_COMMIT_REF_NAME: hostile, GITLAB_USER_LOGIN: 'alice' }
  for (const [index, [status, state]] of [
    ['success', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
  ].entries()) {
    const env = { ...job, ...commit, CI_JOB_ID: String(index), CI_JOB_STATUS: status }
    await script([...before_script, 'shiplog progress --percent 10'].join('\n'), env, folder)
    assert.equal((await release(`gitlab-${index}`)).state, 'canary')
    // what has reached some has not reached all because the job is over: somebody has to say so
    await script(
      [...before_script, 'shiplog progress --percent 100', ...after_script].join('\n'),
      env,
      folder,
    )
    const told = await release(`gitlab-${index}`)
    assert.deepEqual([told.state, told.environment, told.ref, told.commit], [state, 'staging', hostile, sha])
  }
  await endsWell([...before_script, ...after_script].join('\n'), { ...job, ...commit }, folder)
  unharmed()
})

test('the Travis snippet wraps the deploy and keeps its exit code', { skip }, async () => {
  const { deploy } = yaml('travis/travis.example.yml')
  const folder = join(machine.folder, 'travis')
  mkdirSync(join(folder, 'ci'), { recursive: true })
  copyFileSync(join(kits, 'shiplog-report/shiplog-report'), join(folder, 'ci/shiplog-report'))
  writeFileSync(join(folder, 'deploy.sh'), '#!/bin/sh\nexit "$ENDS"\n')
  chmodSync(join(folder, 'deploy.sh'), 0o755)
  for (const ENDS of ['0', '6']) {
    const env = {
      TRAVIS_JOB_ID: ENDS,
      TRAVIS_TAG: hostile,
      TRAVIS_COMMIT: sha,
      TRAVIS_BRANCH: 'v1',
      ENDS,
      TRAVIS_JOB_WEB_URL: '',
    }
    assert.equal((await script(deploy.script, env, folder)).code, Number(ENDS))
    const told = await release(`travis-${ENDS}`)
    assert.deepEqual([told.state, told.version], [ENDS === '0' ? 'succeeded' : 'failed', hostile])
  }
  unharmed()
})

test('the three jobs of App Platform tell one release, and no job fails', { skip }, async () => {
  const { jobs } = yaml('digitalocean/app.example.yaml')
  const kinds = jobs.map(({ kind, envs }: { kind: string; envs: { value: string }[] }) => [
    kind,
    envs[0]?.value,
  ])
  assert.deepEqual(kinds, [
    ['PRE_DEPLOY', 'started'],
    ['POST_DEPLOY', 'succeeded'],
    ['FAILED_DEPLOY', 'failed'],
  ])
  const runs = async (index: number, SHIPLOG_COMMIT: string) => {
    const env = { SHIPLOG_STATE: jobs[index].envs[0].value, SHIPLOG_COMMIT }
    const { code, err } = await script(jobs[index].run_command, env)
    assert.deepEqual([code, err], [0, ''])
    return newest()
  }
  const began = await runs(0, sha)
  assert.equal(began.state, 'running')
  const ended = await runs(1, sha)
  assert.deepEqual(
    [ended.id, ended.state, ended.version, ended.commit],
    [began.id, 'succeeded', '28e3a86', sha],
  )
  const other = sha.replaceAll('a', 'b')
  const next = await runs(0, other)
  assert.deepEqual([(await runs(2, other)).id, (await newest()).state], [next.id, 'failed'])
  await endsWell(jobs[0].run_command, { SHIPLOG_STATE: 'started', SHIPLOG_COMMIT: sha })
})
