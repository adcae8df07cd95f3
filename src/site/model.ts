import { z } from 'zod'
import { email, password } from '../accounts/model.ts'
import { isTimeZone } from '../platform/zone.ts'

export const SiteSettings = z.object({
  name: z.string().trim().min(1, 'Give the page a name.').max(80),
  time_zone: z.string().trim().refine(isTimeZone, 'Use a name like Europe/Tallinn or UTC.'),
  version: z.coerce.number().int().min(0).default(0),
})
export type SiteSettings = z.infer<typeof SiteSettings>

export const Setup = z.object({
  name: SiteSettings.shape.name,
  time_zone: SiteSettings.shape.time_zone,
  email,
  password,
})
export type Setup = z.infer<typeof Setup>
