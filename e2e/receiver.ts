import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const receiverFile = join(import.meta.dirname, '../integrations/receiver/receiver.mjs')

/** What the script of the receiver comes to. */
export type How = 'succeeds' | 'fails' | 'says nothing'

/** What the receiver runs: a deploy that tells Shiplog what it does, or fails, or does not speak. */
function script(how: How) {
  if (how === 'says nothing') return ''
  const end = how === 'fails' ? 'release.failed' : 'release.succeeded'
  return `
    const { SHIPLOG_REPORT_TO, SHIPLOG_TOKEN, SHIPLOG_REQUEST, SHIPLOG_COMPONENT, SHIPLOG_ENVIRONMENT, SHIPLOG_TO } = process.env
    for (const type of ['release.started', '${end}']) {
      const body = { type, run: SHIPLOG_REQUEST, service: SHIPLOG_COMPONENT, environment: SHIPLOG_ENVIRONMENT, version: SHIPLOG_TO, kind: 'rollback' }
      const headers = { authorization: 'Bearer ' + SHIPLOG_TOKEN, 'content-type': 'application/json' }
      const answer = await fetch(SHIPLOG_REPORT_TO + '/api/v1/events', { method: 'POST', headers, body: JSON.stringify(body) })
      if (!answer.ok) throw new Error(await answer.text())
    }`
}

type Receiving = { port: number; secret: string; how: How; report_to: string; token: string }

/** Our own receiver as a process of its own, with a script that reports to a server. Returns how to end it. */
export async function startReceiver({ port, secret, how, report_to, token }: Receiving) {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-receiver-'))
  const file = join(folder, 'rollback.mjs')
  writeFileSync(file, script(how))
  const env = {
    ...process.env,
    SHIPLOG_RECEIVER_SECRET: secret,
    SHIPLOG_REPORT_TO: report_to,
    SHIPLOG_TOKEN: token,
  }
  const words = [receiverFile, '--listen', `127.0.0.1:${port}`, '--', process.execPath, file]
  const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  process.once('exit', () => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  await once(lines, 'line', { signal: AbortSignal.timeout(10_000) })
  return async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ended(child: ChildProcess) {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}
