import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setPriority } from 'node:os'
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
  /**
   * How long (milliseconds) its one thread has worked. What it works while somebody waits is what it owes them; the
   * rest of that time, which a busy machine adds, it was waiting itself.
   */
  const worked = () =>
    Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  return { ...told, memory, worked, isAlive: () => child.exitCode === null }
}

type Crowd = { token: string; connections: number; seconds: number; rate: number }

/** A crowd that asks for one address, in a process that gives way to those who are measured. */
export async function crowdAt(url: string, { token, connections, seconds, rate }: Crowd) {
  const given = [url, token, connections, seconds, rate].map(String)
  const child = fork(join(import.meta.dirname, 'crowd.ts'), given)
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The crowd ended.')))
  setPriority(child.pid ?? 0, 5)
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [
    { answered: number; refused: number },
  ]
  ended.catch(() => {})
  return told
}

type Asked = { status: number; took: number; headers: Record<string, unknown>; body: string }

/** Asks over connections that are kept, or each over a new one, and says how long (milliseconds) it took. */
export function asking(port: number, keepAlive = true) {
  const agent = new Agent({ keepAlive, maxSockets: Number.POSITIVE_INFINITY })
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
