import { createHash } from 'node:crypto'
import { planFreeze } from '../gate/freezes.ts'
import { addNote } from '../incidents/notes.ts'
import { planMaintenance } from '../maintenance/actions.ts'
import { owners, type Tables } from '../platform/tables.ts'
import { addItem } from '../postmortems/items.ts'
import { createSource } from '../sources/actions.ts'
import { startTestApp } from './http.ts'
import { northwindInTrouble } from './northwind.ts'
import type { World } from './world.ts'

export type Harbour = Awaited<ReturnType<typeof harbour>>

/** The Northwind shop in trouble with one of each thing that has an address, and the server that attackers meet. */
export async function harbour() {
  const shop = await northwindInTrouble()
  const { ship, incident, cause, components } = shop
  const span = { starts_at: '2026-11-24T08:00:00Z', ends_at: '2026-11-24T09:00:00Z' }
  const github = await createSource(ship, { name: 'GitHub', kind: 'github' })
  const maintenance = await planMaintenance(ship, {
    title: 'Disks',
    body: 'Slow.',
    ...span,
    components: ['checkout'],
  })
  const freeze = await planFreeze(ship, { reason: 'Holidays', ...span })
  const note = await addNote(ship, incident.id, { body: 'We look.' })
  const item = await addItem(ship, incident.id, { words: 'Test more.' })
  const ids = {
    component: components.checkout.id,
    group: components.checkout.group_id ?? '',
    hidden: components.ledger.id,
    incident: incident.id,
    release: cause,
    source: github.source.id,
    maintenance: maintenance.id,
    freeze: freeze.id,
    note: note.id,
    item: item.id,
  }
  return { ...shop, github, ids, server: await startTestApp(ship) }
}

/** A fingerprint of each table, but for those in which it is noted that somebody was there. */
export async function fingerprint({ db }: World, but: readonly string[] = []) {
  const prints: Record<string, string> = {}
  for (const table of Object.values(owners).flat().sort()) {
    if (but.includes(table)) continue
    const rows = await db
      .selectFrom(table as keyof Tables)
      .selectAll()
      .execute()
    const text = rows.map((row) => JSON.stringify(row)).sort()
    prints[table] = createHash('sha256').update(JSON.stringify(text)).digest('hex')
  }
  return prints
}
