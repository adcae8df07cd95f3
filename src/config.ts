import { mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { keptSecret, secretBytes } from './kept-secret.ts'

/** Every setting, once: its name, what it means, how it is read. The README carries the same table. */
const settings = {
  PORT: z.coerce
    .number('must be a number')
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .describe('The port to serve on'),
  HOST: z
    .string()
    .default('::')
    .describe('The address to listen on; `::` is every address, `127.0.0.1` only this machine'),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => !url.includes('://') || /^postgres(ql)?:\/\//.test(url),
      'must be postgres://… or the path of a SQLite file',
    )
    .optional()
    .describe('`postgres://…`, or the path of a SQLite file; unset: `shiplog.db` in the data folder'),
  SHIPLOG_DATABASE_DIRECT_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be postgres://…')
    .optional()
    .describe(
      'Where a pooler such as PgBouncer stands at `DATABASE_URL`: PostgreSQL’s own address, for locks, notifications and migrations',
    ),
  SHIPLOG_DATA_DIR: z
    .string()
    .default('./data')
    .describe('The folder for the database and the generated secret'),
  SHIPLOG_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address like https://status.example.com' })
    .refine((url) => !URL.canParse(url) || new URL(url).pathname === '/', 'must be an origin, without a path')
    .optional()
    .describe('The public origin, used in every link and to check where forms come from'),
  SHIPLOG_SECRET: z
    .string()
    .refine((text) => secretBytes(text) !== null, 'must be 32 bytes, as 64 hexadecimal digits or in base64')
    .optional()
    .describe(
      '32 bytes from which keys are derived, the same on all nodes; unset: made once in the data folder',
    ),
  SHIPLOG_ADMIN_EMAIL: z
    .email('must be an e-mail address')
    .optional()
    .describe('Makes the first admin at start, without a browser'),
  SHIPLOG_ADMIN_PASSWORD: z
    .string()
    .min(12, 'must have at least 12 characters')
    .optional()
    .describe('The first admin’s password'),
  SHIPLOG_TRUSTED_PROXIES: z
    .string()
    .transform((list) => list.split(/[\s,]+/).filter(Boolean))
    .refine((list) => list.every(isNetwork), 'must be a list of addresses or CIDR ranges, such as 10.0.0.0/8')
    .default([])
    .describe('Proxies whose `X-Forwarded-…` headers are believed (addresses or CIDR ranges)'),
  SHIPLOG_OUTBOUND_ALLOW: z
    .string()
    .transform((list) => list.split(/[\s,]+/).filter(Boolean))
    .refine(
      (list) => list.every(isNetwork),
      'must be a list of addresses or CIDR ranges, such as 10.1.0.0/16',
    )
    .default([])
    .describe(
      'What Shiplog may call inside your network (addresses or CIDR ranges); unset: only the open internet',
    ),
  SHIPLOG_BACKUP_DIR: z
    .string()
    .optional()
    .describe('The folder for scheduled backups, best on another disk; unset: `backups` in the data folder'),
  SHIPLOG_BACKUP_HOURS: z.coerce
    .number('must be a number of hours')
    .min(0, 'must not be negative')
    .max(8760, 'must be a year at most')
    .default(24)
    .describe('How many hours lie between two backups of a SQLite store; `0`: none is made'),
  SHIPLOG_BACKUP_KEEP: z
    .string()
    .regex(/^\d{1,3},\d{1,3},\d{1,3}$/, 'must be three numbers: days, weeks and months, such as 7,4,6')
    .default('7,4,6')
    .describe('Backups that are kept: the newest of each of so many days, weeks and months'),
  SHIPLOG_DRAIN_SECONDS: z.coerce
    .number('must be a number')
    .min(0)
    .max(300)
    .default(0)
    .describe('How long `/readyz` says `draining` before a stop, so that a balancer sends readers elsewhere'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an address like http://127.0.0.1:4318' })
    .optional()
    .describe('Where traces go, once OpenTelemetry’s packages are installed'),
  SHIPLOG_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much is logged, as JSON lines'),
} satisfies Record<string, z.ZodType>

type Name = keyof typeof settings
const names = Object.keys(settings) as Name[]

export type Config = {
  port: number
  host: string
  database_url: string
  /** Leads to the store itself, also where a pooler stands at `database_url`. */
  direct_url: string
  data_dir: string
  url: string | null
  secret: Buffer
  admin: { email: string; password: string } | null
  trusted_proxies: string[]
  /** Addresses and ranges that the guarded client may reach though they are not on the open internet. */
  outbound_allow: string[]
  backup: { dir: string; every_hours: number; keep: { daily: number; weekly: number; monthly: number } }
  drain_seconds: number
  traces_to: string | null
  log_level: string
}

/** What is wrong with the settings, one plain sentence each. */
export class ConfigError extends Error {}

/**
 * Reads the settings from an environment; `NAME_FILE` names a file that holds the value. Makes the data folder
 * and the secret when they are absent, unless it is to `make` nothing: then the secret is empty. Throws a
 * `ConfigError` with a sentence for each thing that is wrong.
 */
export function readConfig(env: NodeJS.ProcessEnv, { make = true } = {}): Config {
  const given = withFiles(env)
  const wrong = misspelt(env)
  const read = z.object(settings).safeParse(given)
  for (const issue of read.error?.issues ?? []) wrong.push(`${issue.path.join('.')} ${issue.message}.`)
  if (Boolean(given.SHIPLOG_ADMIN_EMAIL) !== Boolean(given.SHIPLOG_ADMIN_PASSWORD)) {
    wrong.push('SHIPLOG_ADMIN_EMAIL and SHIPLOG_ADMIN_PASSWORD go together; only one is set.')
  }
  if (wrong.length > 0 || !read.success) throw new ConfigError(wrong.join('\n'))
  return settled(read.data, make)
}

function settled(read: z.infer<z.ZodObject<typeof settings>>, make: boolean): Config {
  const data_dir = read.SHIPLOG_DATA_DIR
  if (make) mkdirSync(data_dir, { recursive: true, mode: 0o700 })
  const database_url = read.DATABASE_URL ?? join(data_dir, 'shiplog.db')
  const { SHIPLOG_ADMIN_EMAIL: email, SHIPLOG_ADMIN_PASSWORD: password } = read
  return {
    port: read.PORT,
    host: read.HOST,
    database_url,
    direct_url: read.SHIPLOG_DATABASE_DIRECT_URL ?? database_url,
    data_dir,
    url: read.SHIPLOG_URL ? new URL(read.SHIPLOG_URL).origin : null,
    secret: secretBytes(read.SHIPLOG_SECRET ?? '') ?? secretIn(data_dir, make),
    admin: email && password ? { email, password } : null,
    trusted_proxies: read.SHIPLOG_TRUSTED_PROXIES,
    outbound_allow: read.SHIPLOG_OUTBOUND_ALLOW,
    backup: backupSettings(read, data_dir),
    drain_seconds: read.SHIPLOG_DRAIN_SECONDS,
    traces_to: read.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    log_level: read.SHIPLOG_LOG_LEVEL,
  }
}

function secretIn(data_dir: string, make: boolean): Buffer {
  const file = join(data_dir, 'secret')
  const kept = keptSecret(file, make)
  if (kept) return kept
  throw new ConfigError(
    `The secret in ${file} is not 32 bytes in hexadecimal. Restore the file from a backup.`,
  )
}

function backupSettings(read: z.infer<z.ZodObject<typeof settings>>, data_dir: string): Config['backup'] {
  const [daily = 0, weekly = 0, monthly = 0] = read.SHIPLOG_BACKUP_KEEP.split(',').map(Number)
  const dir = read.SHIPLOG_BACKUP_DIR ?? join(data_dir, 'backups')
  return { dir, every_hours: read.SHIPLOG_BACKUP_HOURS, keep: { daily, weekly, monthly } }
}

function withFiles(env: NodeJS.ProcessEnv): Partial<Record<Name, string>> {
  const given: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const file = env[`${name}_FILE`]
    const value = file ? readSetting(name, file) : env[name]
    if (value !== undefined && value !== '') given[name] = value
  }
  return given
}

function readSetting(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigError(`${name}_FILE names ${file}, which cannot be read.`)
  }
}

/** Kubernetes makes `SHIPLOG_SERVICE_…` and `SHIPLOG_PORT…` by itself for a service named shiplog. */
function misspelt(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(names.flatMap((name) => [name as string, `${name}_FILE`]))
  return Object.keys(env)
    .filter(
      (name) => name.startsWith('SHIPLOG_') && !/^SHIPLOG_(SERVICE|PORT)(_|$)/.test(name) && !known.has(name),
    )
    .map((name) => `${name} is not a setting of Shiplog. Its settings are: ${names.join(', ')}.`)
}

/** What the proxy check takes too: it knows no range of everything, and neither should a list of one's own machines. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+?)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)
}

/** The settings as a Markdown table: what `shiplog config` prints and the README carries. */
export function settingsTable(): string {
  const rows = names.map((name) => {
    const schema: z.ZodType = settings[name]
    const absent = schema.safeParse(undefined)
    const value =
      absent.success && absent.data !== undefined && String(absent.data) !== '' ? `\`${absent.data}\`` : ''
    return `| \`${name}\` | ${value} | ${schema.description} |`
  })
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}
