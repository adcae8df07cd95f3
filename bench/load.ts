import { Agent, request } from 'node:http'

/** Posts events at a steady pace, whatever the answers take: the milliseconds from each post to its acknowledgement. */
export async function postEvents(
  origin: string,
  token: string,
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const began = performance.now()
  const posts: Promise<number>[] = []
  const load = newRun()
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    const due = began + (sent * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    posts.push(postOne(agent, origin, token, sent, load))
  }
  const took = await Promise.all(posts)
  agent.destroy()
  return took
}

/** Posts events as fast as they are acknowledged, over so many connections: the milliseconds that each took. */
export async function postInTurn(
  origin: string,
  token: string,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const until = performance.now() + seconds * 1000
  const load = newRun()
  const took: number[] = []
  let sent = 0
  const knock = async () => {
    while (performance.now() < until) took.push(await postOne(agent, origin, token, sent++, load))
  }
  await Promise.all(Array.from({ length: connections }, knock))
  agent.destroy()
  return took
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

function postOne(agent: Agent, origin: string, token: string, number: number, load: string): Promise<number> {
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
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const post = request(`${origin}/api/v1/events`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        if (answer.statusCode === 202) resolve(performance.now() - began)
        else reject(new Error(`A post was answered ${answer.statusCode}.`))
      })
    })
    post.on('error', reject)
    post.end(JSON.stringify(event))
  })
}
