import { parse } from 'yaml'
import type { Reading } from './adapter.ts'

/** What is read of a report: the texts and numbers at its left edge, and its metrics. Logs and diffs may hold secrets. */
const edge =
  /^(host|time|configuration_version|transaction_uuid|status|transaction_completed|noop|environment|code_id|job_id): *(\S.*)$/
const [longestLine, mostLines, mostBrackets] = [1000, 1000, 64]
/** A line of the metrics: no key that is a collection, and no more than two lists begin in one line, as Puppet writes them. */
const plainLine = /^ {0,40}(?:- +){0,2}(?!\s|[?-](?:\s|$))/

/**
 * What a Puppet report says, from its YAML. A report is megabytes of resources that nobody here needs, so only its left
 * edge and its metrics are handed to a parser: a line, an indent, a count at a time, nothing can become deep, long or
 * many, and no alias is followed. The tag of a Ruby object is left behind.
 */
export function readPuppetReport(body: Buffer): Reading {
  const text = body.toString()
  if (!/^---[ \t]+!ruby\/object:Puppet::Transaction::Report\b/.test(text)) {
    return { ok: false, reason: 'The body is not a Puppet report in YAML.' }
  }
  const kept = [...edgeOf(text), ...metricsOf(text)].join('\n')
  if ((kept.match(/[[{]/g) ?? []).length > mostBrackets) {
    return { ok: false, reason: 'This is not how Puppet writes a report.' }
  }
  try {
    return { ok: true, value: mended(parse(kept, { maxAliasCount: 0, logLevel: 'error' })) }
  } catch {
    return { ok: false, reason: 'The report’s YAML cannot be read.' }
  }
}

/** Each name once, as the first line has it. */
function edgeOf(text: string): string[] {
  const lines = new Map<string, string>()
  for (const [line] of text.matchAll(/^[a-z_]+: .*$/gm)) {
    const name = (line.length <= longestLine && edge.exec(line)?.[1]) || null
    if (name !== null && !lines.has(name)) lines.set(name, line)
  }
  return [...lines.values()]
}

/** From `metrics:` to the next word at the left edge, and of that what is asked. */
function metricsOf(text: string): string[] {
  const from = text.search(/^metrics:$/m)
  if (from < 0) return []
  const lines = text
    .slice(from, from + mostLines * 100)
    .split('\n')
    .slice(0, mostLines)
  const after = lines.findIndex((line, at) => at > 0 && /^\S/.test(line))
  const own = after < 0 ? lines.slice(0, -1) : lines.slice(0, after)
  const plain = own.every((line) => line.length <= longestLine && plainLine.test(line))
  return plain ? own.filter(asked()) : []
}

/** Says of each line in turn whether it belongs to a count that is asked, or to what stands around the counts. */
function asked() {
  let [block, count] = [true, true]
  return (line: string) => {
    if (/^ {2}[a-z]/.test(line)) [block, count] = [/^ {2}(?:resources|time):/.test(line), true]
    if (/^ {4}- - /.test(line)) count = /- (?:total|failed)$/.test(line)
    return block && count
  }
}

/** Escapes in YAML can write what no store can keep. */
function mended(value: unknown): unknown {
  const text = (_key: string, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed().replaceAll('\0', '\uFFFD') : one
  return JSON.parse(JSON.stringify(value) ?? 'null', text)
}
