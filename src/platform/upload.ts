import { createHash } from 'node:crypto'
import fastifyMultipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from './refusal.ts'
import { isFlawed } from './strict-text.ts'

/** What a form with a file becomes: its texts by name, and the file, or that it was too large. */
type Upload = { file: Buffer | null; too_large: boolean }

declare module 'fastify' {
  interface FastifyRequest {
    upload?: Upload
  }
}

/** Beyond this a request is not even read to its end. */
const mostBytes = 8 * 2 ** 20

/**
 * Teaches the routes of a scope to read forms that carry a file of at most so many bytes. The body is then the form's
 * texts, as with any other form, so that every gate for forms holds; the file is `request.upload`. Its name and what
 * the browser says of its kind are not read.
 */
export async function acceptUpload(scope: FastifyInstance, { bytes }: { bytes: number }) {
  await scope.register(fastifyMultipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: bytes, files: 1, fields: 10, fieldSize: 1_000, fieldNameSize: 100, headerPairs: 20 },
  })
  scope.addHook('onRequest', async ({ headers }) => {
    if (Number(headers['content-length'] ?? 0) <= mostBytes) return
    throw new Refusal('too-large', 'The request is larger than we accept.')
  })
  scope.addHook('preValidation', async (request) => {
    if (request.isMultipart()) await readUpload(request)
  })
}

async function readUpload(request: FastifyRequest) {
  const texts: Record<string, string> = {}
  const upload: Upload = { file: null, too_large: false }
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') texts[part.fieldname] = textOf(part.value)
      else {
        Object.assign(upload, await readFile(part.file))
        // so that the same form with another file is another form
        texts.file = createHash('sha256')
          .update(upload.file ?? '')
          .digest('hex')
      }
    }
  } catch (error) {
    if (error instanceof Refusal || (error as { statusCode?: number }).statusCode) throw error
    throw new Refusal('unreadable', 'The form could not be read to its end.')
  }
  request.body = texts
  request.upload = upload
}

async function readFile(file: AsyncIterable<Buffer> & { truncated: boolean }): Promise<Upload> {
  const parts: Buffer[] = []
  for await (const part of file) parts.push(part)
  if (file.truncated) return { file: null, too_large: true }
  return { file: parts.length > 0 ? Buffer.concat(parts) : null, too_large: false }
}

function textOf(value: unknown) {
  const text = String(value)
  if (isFlawed(text)) {
    throw new Refusal('unreadable', 'A field contains a NUL character or half of a character.')
  }
  return text
}
