import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../app.ts'
import { makeFront } from '../front.ts'
import { type Meter, makeMeter } from '../health/meter.ts'
import { followJournal } from '../journal/follow.ts'
import { renderingFiles } from '../platform/rendering-files.ts'
import type { World } from './world.ts'

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

type Options = {
  url?: string | null
  folder?: string
  trusted_proxies?: string[]
  meter?: Meter
  most?: { renderings: number; bytes: number }
}

/** The real server on a socket, with what keeps public answers ready before it, and a folder for bad days. */
export async function startWithFront(
  ship: World,
  { url = 'http://status.test', folder, trusted_proxies = [], meter = makeMeter(), most }: Options = {},
) {
  const own = mkdtempSync(join(tmpdir(), 'shiplog-front-'))
  const files = renderingFiles(join(folder ?? own, 'pages'), () => {})
  const journal = followJournal(ship)
  const front = makeFront({ now: ship.now, url, files, journal, answered: meter.ready, most })
  let rendered = 0
  const meanwhile: { work?: () => unknown } = {}
  const settings = { url, trusted_proxies, log_level: 'silent', secret: ship.secret }
  const app = await buildApp(
    settings,
    { ...ship, committed: journal.committed },
    { front, health: { meter } },
  )
  app.addHook('preHandler', async () => meanwhile.work?.())
  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.routeOptions.config.kept) rendered += 1
    return payload
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo

  function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path, headers, method }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part) => parts.push(part))
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        )
      })
      sent.on('error', reject)
      sent.end()
    })
  }

  return {
    app,
    front,
    files,
    journal,
    /** The same world, whose verbs tell the journal's followers as the server's own do. */
    ship: { ...ship, committed: journal.committed } as World,
    /** What happens, from when it is set, in the middle of each answer that is not ready. */
    meanwhile,
    ask,
    text: async (path: string) => String((await ask(path)).body),
    /** How often a public answer was rendered so far. */
    rendered: () => rendered,
    async close() {
      await app.close()
      await files.settled()
      rmSync(own, { recursive: true, force: true })
    },
  }
}
