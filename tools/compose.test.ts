import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { install, type Machine, startMachine, type Told } from './machine.ts'

const compose = join(import.meta.dirname, '../integrations/docker/shiplog-compose')
const skip = install({ curl: 'curl', sh: 'dash' })
const sha = '28e3a861aa28e3a861aa28e3a861aa28e3a861aa'
let machine: Machine

before(async () => {
  if (!skip) machine = await startMachine({ components: ['Shop', 'Cart'] })
})
after(() => machine?.stop())

const newest = async () => (await machine.releases())[0] as Told

/**
 * There is no docker engine where this runs, so this stands in for `docker`: containers are lines of a file, `up` puts the
 * next file in its place, and `inspect` prints what the labels would say.
 */
const docker = `#!/bin/sh
printf '%s\\n' "$*" >>"$STATE/asked"
case "$*" in
  *' ps -q') [ ! -s "$STATE/now" ] || echo c1 ;;
  inspect*) cat "$STATE/now" ;;
  *' up '*)
    cat
    [ ! -f "$STATE/next" ] || mv "$STATE/next" "$STATE/now"
    [ -z "\${SLOW:-}" ] || { echo ready; sleep "$SLOW"; }
    exit "\${ENDS:-0}" ;;
  *) exit "\${ENDS:-0}" ;;
esac
`

test('shiplog-compose tells what docker compose up replaced, and is docker compose in all else', {
  skip,
}, async () => {
  const state = join(machine.folder, 'docker')
  mkdirSync(join(state, 'bin'), { recursive: true })
  writeFileSync(join(state, 'bin/docker'), docker)
  chmodSync(join(state, 'bin/docker'), 0o755)
  const env = {
    SHIPLOG_URL: machine.origin,
    SHIPLOG_TOKEN: machine.secret,
    STATE: state,
    PATH: `${state}/bin:${process.env.PATH}`,
  }
  const next = (...lines: string[]) =>
    writeFileSync(join(state, 'next'), lines.map((line) => `${line}\n`).join(''))
  const up = (more = {}, words = ['-f', 'x.yaml', '-p', 'up', 'up', '-d', '--wait']) =>
    machine.run(compose, words, { env: { ...env, ...more }, input: 'typed' })
  const asked = () => readFileSync(join(state, 'asked'), 'utf8')
  const count = async () => (await machine.releases()).length
  const start = await count()

  next(`shop|sha256:1|2.0|${sha}|r/shop:2.0`, 'cart|sha256:2|||r/cart:7.1', '|sha256:3|||redis:7')
  const first = await up()
  assert.deepEqual([first.code, first.out, first.err], [0, 'typed', ''])
  assert.match(asked(), /^compose -f x\.yaml -p up ps -q$/m)
  const [one, two] = await machine.releases()
  assert.deepEqual([one?.version, two?.version].sort(), ['2.0', '7.1'])
  assert.deepEqual([one?.state, two?.state, one?.run_key], ['succeeded', 'succeeded', two?.run_key])
  assert.ok(one?.started_at && one.live_at)

  next(`shop|sha256:4|2.1||r/shop:latest`, 'cart|sha256:2|||r/cart:7.1')
  assert.equal((await up({ ENDS: '3' })).code, 3)
  assert.equal(await count(), start + 3)
  const failed = await newest()
  assert.deepEqual(
    [failed.version, failed.state, failed.message],
    ['2.1', 'failed', 'docker compose up ended with 3.'],
  )
  await up()
  assert.equal(await count(), start + 3, 'nothing was replaced')
  await up({ ENDS: '3' })
  assert.equal(await count(), start + 5, 'nothing was replaced, for it failed: both are told')

  const begun = machine.begin(compose, ['up', '-d'], { env: { ...env, SLOW: '20' } })
  await begun.until(/ready/)
  begun.interrupt('SIGINT')
  await begun.ended
  assert.equal((await newest()).message, 'Interrupted by SIGINT.')

  next(`shop|sha256:6|2.3||r/shop`)
  const ended = machine.begin(compose, ['up', '-d'], { env: { ...env, SLOW: '1' } })
  await ended.until(/ready/)
  ended.signal('SIGTERM')
  const { code } = await ended.ended
  const told = await newest()
  assert.deepEqual([code, told.version, told.state], [0, '2.3', 'succeeded'], 'compose heard no signal')

  const before = await count()
  for (const words of [
    ['up'],
    ['--dry-run', 'up', '-d'],
    ['up', '-d', '--dry-run'],
    ['down', 'up', '-d'],
    ['logs', '-f'],
    ['run', 'up', '-d'],
  ]) {
    assert.equal((await up({ ENDS: '4' }, words)).code, 4, words.join(' '))
    assert.ok(asked().endsWith(`compose ${words.join(' ')}\n`))
  }
  assert.equal(await count(), before)
  next(`shop|sha256:5|2.2||r/shop`)
  assert.equal((await up({ SHIPLOG_URL: await machine.nowhere() })).code, 0)
})
