import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { runCommand } from '../commands/run.ts'
import { program } from './program.ts'

type Answer = { code: number | null; out: string; err: string }

const stopped = 'SIGTERM'

/** A shell with a data folder of its own, in which `shiplog` is run. */
export function shell(t: TestContext, more: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-shell-'))
  // a server that was not stopped still writes
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const env = { SHIPLOG_DATA_DIR: folder, PORT: '0', HOST: '127.0.0.1', ...more }

  /** Runs a command in this very process. */
  async function shiplog(...argv: string[]): Promise<Answer> {
    const out = t.mock.method(console, 'log', () => {})
    const err = t.mock.method(console, 'error', () => {})
    try {
      const code = await runCommand(argv, env)
      return { code, out: printed(out), err: printed(err) }
    } finally {
      out.mock.restore()
      err.mock.restore()
    }
  }

  /** Runs a command as people do, in a process of its own, and waits for its end. */
  async function spawned(argv: string[], { input = '', ...set }: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const child = begin(argv, set)
    child.stdin.end(input)
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, out, err }
  }

  /** Starts a command that serves, with flags for Node; resolves with its first line, and stops it in the end. */
  async function serving(argv: string[], set: NodeJS.ProcessEnv = {}, flags: string[] = []) {
    const child = begin(argv, set, flags)
    let err = ''
    let out = ''
    child.stdout.on('data', (words) => {
      out += words
    })
    child.stderr.on('data', (words) => {
      err += words
    })
    const ended = once(child, 'close')
    const line = await Promise.race([
      once(child.stdout, 'data').then(([words]) => String(words)),
      ended.then(() => Promise.reject(new Error(`It ended: ${err}`))),
    ])
    const address = /http:\S+/.exec(line)?.[0]?.replace('localhost', '127.0.0.1') ?? ''
    async function stop() {
      child.kill(stopped)
      await ended
      return child.exitCode
    }
    return {
      ...{ line, address, port: new URL(address).port, stop },
      /** All that it said so far. */
      said: () => ({ out, err }),
      signal: (name: NodeJS.Signals) => child.kill(name),
    }
  }

  function begin(argv: string[], set: NodeJS.ProcessEnv, flags: string[] = []) {
    const child = spawn(process.execPath, [...flags, ...program, ...argv], { env: { ...env, ...set } })
    t.after(() => void child.kill('SIGKILL'))
    return child
  }

  return { folder, env, shiplog, spawned, serving }
}

function printed({ mock }: { mock: { calls: { arguments: unknown[] }[] } }) {
  return mock.calls.map((call) => `${call.arguments.join(' ')}\n`).join('')
}
