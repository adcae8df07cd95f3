import { buildApp } from '../app.ts'
import { readConfig } from '../config.ts'
import type { App } from '../platform/http.ts'
import { readSite } from '../site/store.ts'
import { publicAddresses } from '../status/addresses.ts'
import { exportFolder } from './export-folder.ts'
import { withStore } from './open.ts'
import { misuse } from './run.ts'
import { fileOf, linksOf, withRelativeLinks } from './static-files.ts'

export const usage = [
  ['export DIR', 'write the whole public site as static files; again, and only what changed is written'],
] as const

/** Writes the public site into a folder of its own, for any web host or bucket. */
export async function run(
  [dir, ...more]: string[],
  _options: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (!dir || more.length > 0) misuse('Name one folder: shiplog export DIR')
  const config = readConfig({ ...env, SHIPLOG_LOG_LEVEL: 'silent' })
  const folder = exportFolder(dir)
  await withStore(env, async (ctx) => {
    if (!config.url && !(await readSite(ctx)).domain) {
      console.error('SHIPLOG_URL is not set: feeds and JSON will link to http://localhost.')
    }
    const { db, now, secret } = ctx
    const app = await buildApp({ ...config, log_level: 'silent' }, { db, now, secret }, { exported: true })
    const { now: present, past } = await publicAddresses(ctx)
    await crawl(app, [...present, ...past], (address, body, isPage) => {
      const file = fileOf(address)
      folder.write(file, isPage ? withRelativeLinks(String(body), file, isPublic) : body)
    })
    await app.close()
  })
  console.log(folder.finish())
  return 0
}

type Write = (address: string, body: Buffer, isPage: boolean) => void

/** Everything that is public and linked, from the addresses that are known: pagers lead on, assets come with it. */
async function crawl(app: App, known: string[], write: Write) {
  const waiting = [...known]
  const seen = new Set(waiting)
  for (let done = 0; done < waiting.length; done += 1) {
    const address = waiting[done] ?? ''
    const answer = await app.inject({ url: address, headers: { host: 'localhost' } })
    if (answer.statusCode !== 200) continue
    const isPage = String(answer.headers['content-type']).startsWith('text/html')
    write(address, answer.rawPayload, isPage)
    if (done % 1000 === 999) console.error(`${done + 1} files so far…`)
    const fresh = isPage ? linksOf(answer.body).filter((link) => isPublic(link) && !seen.has(link)) : []
    for (const link of fresh) seen.add(link)
    waiting.push(...fresh)
  }
}

function isPublic(link: string) {
  return !/^\/(admin|login|setup)/.test(link)
}
