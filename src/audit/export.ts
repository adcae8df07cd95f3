import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readOnly } from '../platform/database.ts'
import { dateIn } from '../platform/zone.ts'
import { readSite } from '../site/store.ts'
import type { JournalFilter } from './model.ts'
import { type DecodedLine, everyLine } from './store.ts'

const columns = [
  'seq',
  'at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'action',
  'subject_kind',
  'subject_id',
  'detail',
  'id',
  'seal',
] as const

const formats = {
  csv: { type: 'text/csv; charset=utf-8', head: row([...columns]), line: csvLine },
  jsonl: {
    type: 'application/jsonl; charset=utf-8',
    head: '',
    line: (line: DecodedLine) => `${JSON.stringify(line)}\n`,
  },
}
type Format = keyof typeof formats

/** Sends the lines that fit as a file, oldest first; it is written while it is read, so that any length fits. */
export async function sendJournal(
  { ctx }: FastifyRequest,
  reply: FastifyReply,
  { format, filter }: { format: Format; filter: JournalFilter },
): Promise<never> {
  const { time_zone } = await readSite(ctx)
  const { type, head, line } = formats[format]
  async function* text() {
    if (head) yield head
    let chunk = ''
    for await (const one of everyLine(readOnly(ctx.db), filter, time_zone)) {
      chunk += line(one)
      if (chunk.length < 32_768) continue
      yield chunk
      chunk = ''
    }
    if (chunk) yield chunk
  }
  const name = `journal-${filter.day ?? dateIn(ctx.now().toISOString(), time_zone)}.${format}`
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(text()) as never) as never
}

function csvLine(line: DecodedLine): string {
  return row(columns.map((name) => (name === 'detail' ? JSON.stringify(line.detail) : line[name])))
}

/** A record of RFC 4180. */
function row(cells: (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

/** One cell; what a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"). */
function cell(value: string | number | null): string {
  const text = String(value ?? '')
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
