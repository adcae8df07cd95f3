import { setTimeout } from 'node:timers/promises'
import { someUnread } from '../src/ingest/unread-store.ts'
import { startTestApp } from '../src/testing/http.ts'
import { senders } from '../src/testing/senders.ts'
import { worldIn } from '../src/testing/world.ts'

/**
 * The real routes on a store in a file, fsynced as always, where the public keys of senders are those of their tests:
 * nothing is fetched from Amazon or Google here. Prints its address and an API token; says when it has read all it took.
 */
const [file = ''] = process.argv.slice(2)
const publicText = (url: string) =>
  Promise.any(Object.values(senders).flatMap(({ publicText }) => publicText?.(url) ?? []))
const ship = { ...(await worldIn(file)), now: () => new Date(), publicText }
const { app, token } = await startTestApp(ship)
process.on('message', async () => {
  while (await someUnread(ship)) await setTimeout(20)
  process.send?.('read')
})
const origin = await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`${origin} ${await token('admin')}`)
