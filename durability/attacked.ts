import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

type Told = { port: number; token: string; source: string }

/** Starts the server that is attacked, in a process of its own, and ends it with the test. */
export async function attacked(t: TestContext, ...without: string[]) {
  const child = fork(join(import.meta.dirname, 'attacked-server.ts'), without, {
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const [told] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('It ended.'))),
  ])) as [Told]
  /** What it holds in memory, in bytes. */
  const memory = () =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024
  return { ...told, memory, isAlive: () => child.exitCode === null }
}

type Asked = { status: number; took: number; headers: Record<string, unknown>; body: string }

/** Asks over connections that are kept, and says how long (milliseconds) it took. */
export function asking(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    payload?: string | Buffer,
  ): Promise<Asked> =>
    new Promise((resolve, reject) => {
      const began = performance.now()
      const method = payload === undefined ? 'GET' : 'POST'
      const sent = request(
        { port, host: '127.0.0.1', path, agent, method, headers: { host: 'status.test', ...headers } },
        (answer) => {
          let body = ''
          answer.on('data', (chunk) => {
            body += chunk
          })
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              took: performance.now() - began,
              headers: answer.headers,
              body,
            }),
          )
        },
      )
      // a connection that was kept may be closed in the very moment it is used again, as between any two machines
      sent.on('error', (error) => (sent.reusedSocket ? resolve(ask(path, headers, payload)) : reject(error)))
      sent.end(payload)
    })
  return { ask, end: () => agent.destroy() }
}

/** The value that so many hundredths of all lie below. */
export function percentile(values: number[], hundredths: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * hundredths) / 100))] ?? 0
}
