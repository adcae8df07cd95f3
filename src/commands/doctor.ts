import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newestBackup } from '../backups/schedule.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { checkAddress } from '../health/address-checks.ts'
import { checkBackups } from '../health/backup-checks.ts'
import { type Finding, findingsOn } from '../health/finding.ts'
import { checkDisk, checkFolder, checkSecret } from '../health/folder-checks.ts'
import { checkStore } from '../health/store-checks.ts'
import { isPostgres, openDatabase } from '../platform/database.ts'
import type { Options } from './run.ts'

export const usage = [
  [
    'doctor [--json]',
    'look at the data folder, disk, store, backups, clock, address and queues, and say what to do',
  ],
] as const

export const options = { json: { type: 'boolean' } } as const

/** Looks at everything that an operator would, changes nothing, and ends with 1 when something has to be done. */
export async function run(_words: string[], { json }: Options, env: NodeJS.ProcessEnv): Promise<number> {
  const findings = await examine(env)
  if (json) console.log(JSON.stringify(findings, null, 2))
  else for (const finding of findings) console.log(linesOf(finding))
  return findings.some(({ state }) => state === 'fail') ? 1 : 0
}

const noneYet = ['There is no database yet.', 'It is made at the first start.'] as const

function linesOf({ check, state, says, advice }: Finding) {
  const line = `${state.padEnd(4)}  ${check}: ${says}`
  return advice === null ? line : `${line}\n      ${advice}`
}

async function examine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const settings = findingsOn('settings')
  let config: Config
  try {
    config = readConfig(env, { make: false })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
      .split('\n')
      .map((words) => settings.fail(words, 'shiplog config prints what there is.'))
  }
  const { data_dir, database_url, secret } = config
  const folder = checkFolder(data_dir)
  const found = [settings.ok('They can be read.'), ...folder]
  if (folder.some(({ state }) => state === 'fail')) return found
  const served = existsSync(database_url) || existsSync(join(data_dir, 'pages'))
  const given = Boolean(env.SHIPLOG_SECRET || env.SHIPLOG_SECRET_FILE)
  found.push(...checkSecret(data_dir, { given, served }), ...checkDisk(data_dir))
  const begun = served || isPostgres(database_url)
  found.push(
    ...(begun
      ? [...(await storeOf(config)), ...(await backupsOf(config))]
      : [findingsOn('store').warn(...noneYet)]),
  )
  return secret.length > 0 ? [...found, ...(await addressOf(config))] : found
}

async function storeOf({ database_url }: Config): Promise<Finding[]> {
  const db = openDatabase(database_url, { must_exist: true })
  try {
    return await checkStore({ db, now, url: database_url })
  } finally {
    await db.destroy()
  }
}

/** On PostgreSQL no backup is made by Shiplog. */
async function backupsOf({ database_url, backup }: Config): Promise<Finding[]> {
  const every_hours = isPostgres(database_url) ? 0 : backup.every_hours
  try {
    const newest = await newestBackup(backup.dir)
    return checkBackups(newest?.made_at ?? null, every_hours, now())
  } catch (error) {
    const words = `${backup.dir} cannot be read (${(error as NodeJS.ErrnoException).code}).`
    return [findingsOn('backups').fail(words, 'Let the user that Shiplog runs as read it.')]
  }
}

function addressOf({ url, host, port, secret }: Config): Promise<Finding[]> {
  const everywhere = host === '::' || host === '0.0.0.0'
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return checkAddress({ url, local: `http://${name}:${port}`, secret, now })
}

const now = () => new Date()
