import { parse } from 'node:querystring'
import fastifyFormbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { hasReadableHost, namesTwoHosts } from './http.ts'
import { Refusal } from './refusal.ts'
import { isFlawed, readJson } from './strict-text.ts'

/**
 * What bodies the server reads: JSON that is UTF-8, not too deep and free of text that a store cannot keep, and
 * forms likewise. `text/plain` is not read at all: any site can send it as a form.
 */
export async function registerBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => {
      const read = readJson(body)
      if (!read.ok) throw new Refusal('unreadable', read.reason)
      if (read.mended)
        throw new Refusal('unreadable', 'A text contains a NUL character or half of a character.')
      return read.value
    },
  )
  await app.register(fastifyFormbody, { parser: readForm })
  app.addHook('onRequest', async (request) => {
    if (!hasReadableHost(request)) throw new Refusal('unreadable', 'The Host header names no host.')
    if (namesTwoHosts(request.raw)) throw new Refusal('unreadable', 'There is more than one Host header.')
    if (/%00/.test(request.url)) throw new Refusal('unreadable', 'The address contains a NUL character.')
    if (request.url === unreadable) throw new Refusal('unreadable', 'The address cannot be read.')
  })
}

const unreadable = '/unreadable-address'

/** The router would answer a path that is not UTF-8 by itself, without our headers; so it is led to a refusal of ours. */
export function readableUrl({ url = '/' }: { url?: string | undefined }): string {
  const [path = ''] = url.split(/[?#]/)
  try {
    decodeURIComponent(path)
    return url
  } catch {
    return unreadable
  }
}

function readForm(text: string) {
  const fields = parse(text, '&', '=', { maxKeys: 2000 })
  const texts = [...Object.keys(fields), ...Object.values(fields).flat()]
  if (texts.some((text) => text !== undefined && isFlawed(text))) {
    throw new Refusal('unreadable', 'A field contains a NUL character or half of a character.')
  }
  return fields
}
