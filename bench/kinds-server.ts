import { startTestApp } from '../src/testing/http.ts'
import { senders } from '../src/testing/senders.ts'
import { worldIn } from '../src/testing/world.ts'

/**
 * The real routes on a store in a file, fsynced as always, where the public keys of senders are those of their tests:
 * nothing is fetched from Amazon or Google here. Prints its address and an API token.
 */
const [file = ''] = process.argv.slice(2)
const publicText = (url: string) =>
  Promise.any(Object.values(senders).flatMap(({ publicText }) => publicText?.(url) ?? []))
const { app, token } = await startTestApp({ ...(await worldIn(file)), now: () => new Date(), publicText })
const origin = await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`${origin} ${await token('admin')}`)
