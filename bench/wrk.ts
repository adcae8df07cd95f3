import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import autocannon from 'autocannon'

export type Load = { per_second: number; p99_ms: number }

/** Debian's nginx and wrk are installed where root may; elsewhere what is there is taken, and said. */
export function tools() {
  const has = (name: string) =>
    ['/usr/bin', '/usr/sbin', '/usr/local/bin'].some((at) => existsSync(`${at}/${name}`))
  const wanted = ['wrk', 'nginx'].filter((name) => !has(name))
  if (wanted.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    try {
      const packages = wanted.map((name) => (name === 'nginx' ? 'nginx-light' : name))
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
      execFileSync('apt-get', ['install', '-y', '-qq', ...packages], { stdio: 'ignore' })
    } catch {}
  }
  return { wrk: has('wrk'), nginx: has('nginx'), taskset: has('taskset') }
}

/** The words that put a command on one core, where that can be done. */
export function onCore(core: number, { taskset }: { taskset: boolean }): string[] {
  return taskset ? ['taskset', '-c', String(core)] : []
}

/** Requests over 32 connections for some seconds, from the other core: how many a second, and the slowest hundredth. */
export async function load(
  url: string,
  seconds: number,
  have: { wrk: boolean; taskset: boolean },
  headers: Record<string, string> = {},
): Promise<Load> {
  if (!have.wrk) return byAutocannon(url, seconds, headers)
  const said = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const words = [...onCore(1, have), 'wrk', '-t1', '-c32', `-d${seconds}s`, '--latency', ...said, url]
  const { stdout } = await promisify(execFile)(words[0] ?? '', words.slice(1))
  const failed = /Socket errors|Non-2xx/.exec(stdout)
  if (failed) throw new Error(`${url}: ${stdout}`)
  const [, number = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? []
  const millis = { us: 0.001, ms: 1, s: 1000 }[unit] ?? 1
  return {
    per_second: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0),
    p99_ms: Number(number) * millis,
  }
}

async function byAutocannon(url: string, duration: number, headers: Record<string, string>): Promise<Load> {
  const { requests, latency, errors } = await autocannon({ url, connections: 32, duration, headers })
  if (errors > 0) throw new Error(`${url}: ${errors} errors.`)
  return { per_second: requests.average, p99_ms: latency.p99 }
}
