import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { keyId } from '../platform/seal.ts'

/** The two files of a backup's folder. */
export const names = { database: 'shiplog.db', manifest: 'manifest.json' } as const
/** No manifest is longer, in bytes: one that is, is not read. */
export const longestManifest = 256 * 1024

const Facts = z.strictObject({
  format: z.literal('shiplog-backup-1'),
  made_at: z.iso.datetime(),
  program_version: z.string().max(100),
  sqlite_version: z.string().max(100),
  /** Every migration that the store had seen, in their order: its schema. */
  migrations: z.array(z.string().max(200)).min(1).max(5000),
  /** How many rows each table has. */
  rows: z.record(z.string().max(200), z.int().min(0)),
  /** The newest line of the ship's log, and the newest that is sealed. */
  journal: z.strictObject({
    newest_id: z.string().max(100).nullable(),
    sealed_seq: z.int().nullable(),
    seal: z.string().max(100).nullable(),
  }),
  /** Bytes. */
  size: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Names the SHIPLOG_SECRET that secrets in the store are sealed under, without giving it away. */
  secret_key_id: z.string().max(20),
})
const Manifest = Facts.extend({ signature: z.string().regex(/^[0-9a-f]{64}$/) })

export type Facts = z.infer<typeof Facts>
export type Manifest = z.infer<typeof Manifest>

/** What a backup says of itself, signed with a key from SHIPLOG_SECRET: whoever cannot read that cannot change it. */
export function manifestText(secret: Buffer, facts: Facts): string {
  return `${JSON.stringify({ ...facts, signature: signatureOf(secret, facts) }, null, 2)}\n`
}

/** Reads a manifest, or says in words what is wrong with it. */
export function readManifest(text: string): Manifest | { wrong: string } {
  try {
    const read = Manifest.safeParse(JSON.parse(text))
    if (read.success) return read.data
    return { wrong: `its manifest is not one of Shiplog’s (${read.error.issues[0]?.path.join('.')})` }
  } catch {
    return { wrong: 'its manifest is not JSON' }
  }
}

/** Whose manifest it is: signed with this secret, changed since it was, or made under another secret. */
export function signedBy(secret: Buffer, { signature, ...facts }: Manifest): 'us' | 'changed' | 'another' {
  const right = Buffer.from(signatureOf(secret, facts), 'hex')
  if (timingSafeEqual(right, Buffer.from(signature, 'hex'))) return 'us'
  return facts.secret_key_id === keyId(secret) ? 'changed' : 'another'
}

function signatureOf(secret: Buffer, facts: Facts): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shiplog backup manifest', 32))
  return createHmac('sha256', key).update(canonical(facts)).digest('hex')
}

/** The same text whatever order the keys were read in. */
function canonical(facts: Facts): string {
  const rows = Object.entries(facts.rows).sort(([one], [other]) => (one < other ? -1 : 1))
  const { format, made_at, program_version, sqlite_version, migrations, journal } = facts
  const { newest_id, sealed_seq, seal } = journal
  const told = [
    format,
    made_at,
    program_version,
    sqlite_version,
    migrations,
    rows,
    newest_id,
    sealed_seq,
    seal,
  ]
  return JSON.stringify([...told, facts.size, facts.sha256, facts.secret_key_id])
}

/** The digest that a manifest names its database by. */
export function newDigest() {
  return createHash('sha256')
}
