import { connect } from 'node:net'
import { eventFor, lookInto, pause, type Store } from './intake.ts'
import { keepPosting } from './posting.ts'

type Running = { origin: string; kill(): Promise<unknown> }

/**
 * Starts a server, lets it take deliveries, kills it at a random moment, and begins anew, so many times on the same
 * store. What was acknowledged is looked for at the end; how long each start took to its first answer is in
 * milliseconds.
 */
export async function killAgainAndAgain(
  { database, authorization }: Store,
  { kills, start, told = () => {} }: { kills: number; start(): Promise<Running>; told?(kill: number): void },
) {
  const acknowledged = new Set<string>()
  const refused: number[] = []
  const starts: number[] = []
  let cut_off = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const begun = performance.now()
    const server = await start()
    starts.push(performance.now() - begun)
    const under_load = Promise.withResolvers<void>()
    const load = keepPosting({
      origin: server.origin,
      authorization,
      bodyFor: eventFor,
      prefix: `${kill}-`,
      answered: ({ key, status }) => {
        if (status === 202) acknowledged.add(key)
        else refused.push(status)
        under_load.resolve()
      },
    })
    await under_load.promise // a busy machine takes longer to the first answer than the kill would wait
    await pause(50 + Math.random() * 250)
    const before = acknowledged.size
    await server.kill()
    await load.ended
    cut_off += load.tried.size > acknowledged.size - before ? 1 : 0
    told(kill + 1)
  }
  const look = lookInto(database, acknowledged, { thorough: true })
  return { ...look, acknowledged: acknowledged.size, refused, starts, cut_off }
}

/** The value below which so many hundredths of the numbers lie. */
export function percentile(numbers: number[], hundredths: number): number {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * hundredths) / 100))] ?? 0
}

/** Resolves when a server answers at an address; tried every few milliseconds. */
export async function answers(origin: string) {
  const { hostname, port } = new URL(origin)
  for (;;) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('GET /readyz HTTP/1.0\r\n\r\n'))
      socket.on('data', (bytes) => resolve(/^HTTP\/1.1 200/.test(String(bytes))))
      socket.on('error', () => resolve(false))
      socket.on('close', () => resolve(false))
    })
    if (there) return
    await pause(5)
  }
}
