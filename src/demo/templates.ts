import type { NewTemplate } from '../incidents/templates.ts'
import { createTemplate } from '../incidents/templates.ts'
import type { Crew } from './incidents.ts'
import { by, type Calendar, type Step } from './timeline.ts'

const texts: NewTemplate[] = [
  {
    name: 'Something is slow',
    used_for: 'incident',
    title: '{{component}} is slow',
    body: 'Since {{time}} pages of {{component}} take longer than usual. Nothing is lost. We are looking into it.',
  },
  {
    name: 'We go back',
    used_for: 'update',
    state: 'identified',
    body: 'It came with {{version}} of {{component}}. We are going back to what worked before.',
  },
]

/** What the shop begins its words to customers with. */
export function templateSteps({ on }: Calendar, { mari }: Crew): Step[] {
  return texts.map((text) => by(mari, { at: on(70, '10:00'), run: (ctx) => createTemplate(ctx, text) }))
}
