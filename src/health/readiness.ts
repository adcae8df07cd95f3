import { accessSync, constants, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Database, isPostgres } from '../platform/database.ts'
import { migrationsBetween } from '../platform/migrate.ts'
import { within } from '../platform/within.ts'
import type { Meter } from './meter.ts'
import { type Reason, reasonOf } from './model.ts'

/** Why not, and what is known about it: the second is for operators alone. */
export type NotReady = { reason: Reason; details: string }

export type Service = {
  db: Database
  database_url: string
  meter: Meter
  /** Whether the store was brought to today's schema; while it was not, `waiting` is why, as far as it is known. */
  began: () => boolean
  waiting: () => unknown
  draining: () => boolean
}

/** A write that failed counts for so long (milliseconds), unless another one succeeded meanwhile. */
const remembered = 4_000
/** Longer than this (milliseconds) nobody waits for the store. */
const patience = 3_000
const late = `The store did not answer within ${patience / 1000} seconds.`
/** With less room than this (bytes) the next write may fail. */
const least = 256 * 1024

/** Looks whether this node can do all that it is there for; null: it can. One look serves all who ask meanwhile. */
export function makeReadiness(service: Service): () => Promise<NotReady | null> {
  let looking: Promise<NotReady | null> | null = null
  return async () => {
    if (service.draining()) return because('draining')
    looking ??= look(service).finally(() => {
      looking = null
    })
    return looking
  }
}

async function look(service: Service): Promise<NotReady | null> {
  const { db, database_url, meter } = service
  if (!service.began()) {
    const error = service.waiting()
    return error ? ofTheStore(error) : because('starting')
  }
  try {
    const { missing } = await within(patience, migrationsBetween(db), late)
    if (missing.length > 0) return because('migrations', `Not run yet: ${missing.join(', ')}.`)
  } catch (error) {
    return ofTheStore(error)
  }
  const { fault } = meter
  if (fault && Date.now() - fault.at < remembered) return ofTheStore(fault.error)
  return isPostgres(database_url) || database_url === ':memory:' ? null : ofTheFile(database_url)
}

/** What a read does not notice: that a write would fail. */
function ofTheFile(file: string): NotReady | null {
  try {
    accessSync(file, constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
    const { bavail, bsize } = statfsSync(dirname(file))
    const free = bavail * bsize
    return free < least ? because('full', `${free} bytes are left in ${dirname(file)}.`) : null
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EROFS' || code === 'EACCES') return because('read-only', message)
    if (code === 'ENOENT') return because('missing', message)
    return null // where a file system does not tell, the next write will
  }
}

function ofTheStore(error: unknown): NotReady {
  const { code, message } = error as NodeJS.ErrnoException
  return because(reasonOf(error), [code, message].filter(Boolean).join(': '))
}

function because(reason: Reason, details = ''): NotReady {
  return { reason, details }
}
