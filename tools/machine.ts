import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { z } from 'zod'
import { startServer } from '../e2e/server.ts'
import type { OneRelease } from '../src/releases/api.ts'
import { closes, hangs, nowhere, records, type Stoppable } from './wires.ts'

export type Machine = Awaited<ReturnType<typeof startMachine>>
export type Ended = {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
  seconds: number
}
type How = { cwd?: string; env?: NodeJS.ProcessEnv; input?: string }

/** Nothing that apt installs for a test is started by it: no ssh server stands open because somebody ran tests. */
const quietly = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >$policy && chmod 755 $policy
fi
install() { apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@"; }
install "$@" || { apt-get update -qq && install "$@"; }
`

/**
 * Sees that programs are here: `{ program: its Debian package }`, a program being a name on the PATH or a whole path. As root
 * on Debian, what is missing is installed with apt. Answers false, or the reason why a test that needs them is skipped.
 */
export function install(programs: Record<string, string>): false | string {
  const missing = () => Object.keys(programs).filter((program) => !isHere(program))
  const named = () => [...new Set(missing().map((program) => programs[program] ?? program))]
  if (missing().length === 0) return false
  const words = named().join(', ')
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    return `Not here: ${missing().join(', ')}. As root on Debian it is installed by itself (${words}).`
  }
  console.error(`Installing ${words} with apt-get, once.`)
  const shell = ['/var/lock/shiplog-tools', 'sh', '-c', quietly, 'sh', ...named()]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('flock', shell, { stdio: ['ignore', 2, 2], env })
  return (
    missing().length > 0 &&
    `apt-get could not install ${named().join(', ')}: ${missing().join(', ')} missing.`
  )
}

/** Whether a program is here; what only root usually runs is found too. */
export function isHere(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program)
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => folder && existsSync(join(folder, program)))
}

/**
 * A running Shiplog on a free port with a source of this kind, its secret, and these components; an empty folder; and
 * what a deploy tool may find in Shiplog's place. `stop` ends and removes all of it.
 */
export async function startMachine({ kind = 'native', components = ['Shop'] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-machine-'))
  const server = await startServer()
  const boss = await server.cli('token', 'create', '--name', 'boss', '--scope', 'admin')
  const open: Stoppable[] = []
  const kept = <T extends Stoppable>(one: T) => {
    open.push(one)
    return one
  }
  const api = <T = { id: string }>(path: string, body?: object) => call<T>(server.origin + path, boss, body)
  for (const name of components) await api('/api/v1/components', { name })
  const source = await api<Source>('/api/v1/sources', { name: kind, kind })

  return {
    ...{ folder, server, origin: server.origin, api, source, secret: source.secret },
    /** An admin's API token. */
    boss,
    /** The releases that Shiplog knows (100 at most), newest first, with all that a token may read. */
    releases: () => told(api),
    /** Takes connections and requests, and never answers. */
    hanging: async () => kept(await hangs()),
    /** Takes connections, and closes them at once. */
    closing: async () => kept(await closes()),
    /** An origin where nothing listens. */
    nowhere,
    /** Passes all on to Shiplog, and keeps it: what a real tool sent becomes a fixture. */
    recorder: async (name: string) => kept(await records(server.origin, name)),
    /** Starts a program in the folder, with a plain environment and a process group of its own. */
    begin: (command: string, args: readonly string[], how: How = {}) =>
      kept(begin(command, args, { cwd: folder, ...how, env: { HOME: folder, ...how.env } })),
    /** Runs a program to its end. */
    run: (command: string, args: readonly string[], how: How = {}) =>
      begin(command, args, { cwd: folder, ...how, env: { HOME: folder, ...how.env } }).ended,
    async stop() {
      for (const one of open.reverse()) await one.stop()
      await server.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

export type Source = { id: string; address: string; secret: string }

/** A release as the API tells it to a token. */
export type Told = z.output<typeof OneRelease>

/** One after another: a Shiplog that is asked for very much at once says so. */
async function told(api: <T>(path: string) => Promise<T>): Promise<Told[]> {
  const { data } = await api<{ data: { id: string }[] }>('/api/v1/releases?limit=100')
  const all: Told[] = []
  for (const { id } of data) all.push(await api<Told>(`/api/v1/releases/${id}`))
  return all
}

async function call<T>(address: string, token: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const how = body ? { method: 'POST', body: JSON.stringify(body) } : {}
  const answer = await fetch(address, { headers, ...how })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

function begin(command: string, args: readonly string[], { cwd, env, input = '' }: How) {
  const began = performance.now()
  const plain = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...env }
  const child = spawn(command, args, { cwd, env: plain, detached: true, stdio: 'pipe' })
  const said = { out: '', err: '' }
  child.stdout.on('data', (words) => (said.out += words))
  child.stderr.on('data', (words) => (said.err += words))
  child.stdin.on('error', () => {}) // a program need not read what it is given
  child.stdin.end(input)
  const ended = over(child, said, began)
  return {
    ...{ pid: child.pid ?? 0, ended, said: () => said.out + said.err },
    /** Waits until it has said something like this. */
    until: (words: RegExp) => until(() => words.test(said.out + said.err), child),
    /** Signals the program alone. */
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** Signals it and all that it started, as a terminal does. */
    interrupt: (name: NodeJS.Signals = 'SIGINT') => process.kill(-(child.pid ?? 0), name),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
      await ended.catch(() => {})
    },
  }
}

async function over(child: ChildProcess, said: { out: string; err: string }, began: number): Promise<Ended> {
  const [code, signal] = await once(child, 'close')
  return { code, signal, ...said, seconds: (performance.now() - began) / 1000 }
}

/** Waits until something is so: at most a minute, and no longer than the program lives. */
export async function until(condition: () => boolean, child?: ChildProcess) {
  const limit = performance.now() + 60_000
  while (!condition()) {
    const gone = child && (child.exitCode !== null || child.signalCode !== null)
    if (gone || performance.now() > limit) throw new Error('It never came to that.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
