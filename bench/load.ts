import { Agent, request } from 'node:http'

export type Post = {
  url: string
  method: string
  headers: Record<string, string>
  body: string | Buffer
  /** The statuses that acknowledge it. */
  answered: readonly number[]
}

/** Posts so many at a steady pace, whatever the answers take: the milliseconds from each post to its acknowledgement. */
export async function atPace(perSecond: number, many: number, next: (number: number) => Post) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const began = performance.now()
  const posts: Promise<number>[] = []
  for (let number = 0; number < many; number += 1) {
    const wait = began + (number * 1000) / perSecond - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    const answered = send(agent, next(number))
    answered.catch(() => agent.destroy()) // told below, once the rest has been sent
    posts.push(answered)
  }
  const took = await Promise.all(posts)
  agent.destroy()
  return took
}

/** Posts as fast as is acknowledged, over so many connections, until the time or the posts are over: what each took. */
export async function inTurn(
  { connections, seconds }: { connections: number; seconds: number },
  next: (number: number) => Post | undefined,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const until = performance.now() + seconds * 1000
  const took: number[] = []
  let number = 0
  const knock = async () => {
    while (performance.now() < until) {
      const post = next(number++)
      if (!post) return
      took.push(await send(agent, post))
    }
  }
  await Promise.all(Array.from({ length: connections }, knock))
  agent.destroy()
  return took
}

/** The same with events of ours. */
export function postEvents(origin: string, token: string, perSecond: number, seconds: number) {
  return atPace(perSecond, perSecond * seconds, eventsTo(origin, token))
}

export function postInTurn(origin: string, token: string, how: { connections: number; seconds: number }) {
  return inTurn(how, eventsTo(origin, token))
}

/** Runs of one load are not those of another. */
function newRun(): string {
  return Math.random().toString(36).slice(2, 8)
}

/** The Northwind components: a team of that size releases all of them, not one of them 200 times a second. */
const services = [
  'storefront',
  'checkout',
  'search',
  'payments',
  'webhooks',
  'accounts',
  'notifications',
  'stock',
  'reports',
]

function eventsTo(origin: string, token: string) {
  const load = newRun()
  return (number: number): Post => {
    const event = {
      type: number % 2 === 0 ? 'release.started' : 'release.succeeded',
      run: `${load}-${Math.floor(number / 2)}`,
      service: services[Math.floor(number / 2) % services.length],
      version: `1.0.${Math.floor(number / 2)}`,
      at: new Date().toISOString(),
      message: 'x'.repeat(800),
    }
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `${load}-${number}`,
    }
    const url = `${origin}/api/v1/events`
    return { url, method: 'POST', headers, body: JSON.stringify(event), answered: [202] }
  }
}

function send(agent: Agent, { url, method, headers, body, answered }: Post): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        if (answered.includes(answer.statusCode ?? 0)) resolve(performance.now() - began)
        else reject(new Error(`${url} was answered ${answer.statusCode}.`))
      })
    })
    sent.setTimeout(10_000, () => sent.destroy(new Error(`${url} was not answered within 10 seconds.`)))
    sent.on('error', reject)
    sent.end(body)
  })
}
