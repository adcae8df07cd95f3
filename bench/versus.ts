import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './figures.ts'
import { type Load, load, onCore, tools } from './wrk.ts'

const seconds = 3
const rounds = 9
const ports = { bare: 18_081, nginx: 18_082 }

type Figures = Record<string, { per_second: number; p99_ms: number; to_bare: number }>

/**
 * Our page, the same bytes from a bare Fastify route, and from nginx as a file: in turn, in one run, each on core 0
 * with the load on core 1. Ratios are of each round, their medians told. `unchanged` is our page asked for with its ETag.
 */
export async function pageVersus(origin: string): Promise<{ figures: Figures; how: string }> {
  const have = tools()
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-versus-'))
  const { bytes } = await pageAt(origin)
  writeFileSync(join(folder, 'index.html'), bytes)
  const others = startOthers(folder, have)
  try {
    const urls: Record<string, string> = { page: origin, bare: local(ports.bare), unchanged: origin }
    if (have.nginx) urls.nginx = local(ports.nginx)
    for (const url of Object.values(urls)) await untilServed(url)
    const loads: Record<string, Load[]> = {}
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, url] of Object.entries(urls)) {
        const headers: Record<string, string> =
          name === 'unchanged' ? { 'If-None-Match': (await pageAt(origin)).etag } : {}
        const measured = await load(`${url}/`, seconds, have, headers)
        loads[name] = [...(loads[name] ?? []), measured]
      }
    }
    const how = `by ${have.wrk ? 'wrk' : 'autocannon'}, ${have.taskset ? 'a core each' : 'cores shared'}, ${rounds} rounds of ${seconds} s`
    return { figures: figuresOf(loads), how }
  } finally {
    for (const other of others) other.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function pageAt(origin: string) {
  const answer = await fetch(`${origin}/`, { headers: { 'accept-encoding': 'identity' } })
  return { bytes: Buffer.from(await answer.arrayBuffer()), etag: answer.headers.get('etag') ?? '' }
}

const local = (port: number) => `http://127.0.0.1:${port}`

function startOthers(folder: string, have: ReturnType<typeof tools>): ChildProcess[] {
  const run = (...words: string[]) => {
    const [command = '', ...more] = [...onCore(0, have), ...words]
    return spawn(command, more, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const type = 'text/html; charset=utf-8'
  const bare = run(
    process.execPath,
    join(import.meta.dirname, 'bare.ts'),
    String(ports.bare),
    join(folder, 'index.html'),
    type,
  )
  if (!have.nginx) return [bare]
  const settings = join(folder, 'nginx.conf')
  writeFileSync(settings, nginxSettings(folder))
  return [bare, run('nginx', '-e', join(folder, 'error.log'), '-c', settings)]
}

function nginxSettings(folder: string) {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http {
  access_log off; types { text/html html; } charset utf-8;
  server { listen 127.0.0.1:${ports.nginx}; root ${folder}; }
}`
}

async function untilServed(url: string) {
  for (let tries = 0; tries < 400; tries += 1) {
    const served = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (served) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`Nothing is served at ${url}.`)
}

function figuresOf(loads: Record<string, Load[]>): Figures {
  const middle = (name: string, of: (one: Load) => number) => median((loads[name] ?? []).map(of))
  return Object.fromEntries(
    Object.entries(loads).map(([name, each]) => [
      name,
      {
        per_second: middle(name, (one) => one.per_second),
        p99_ms: middle(name, (one) => one.p99_ms),
        to_bare: median(each.map((one, round) => one.per_second / (loads.bare?.[round]?.per_second ?? 1))),
      },
    ]),
  )
}
