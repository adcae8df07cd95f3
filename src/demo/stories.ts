import { recordByHand } from '../releases/by-hand.ts'
import { calmReleases } from './fleet.ts'
import { type Run, stepsOf, type Tools } from './reports.ts'
import { type Calendar, later, type Step } from './timeline.ts'

/** Everything that the deploy tools of the sample say, and one release that a person records. */
export function releaseSteps(calendar: Calendar, tools: Tools): Step[] {
  const runs = [...calmRuns(calendar), ...runsWithTrouble(calendar), ...runsOfToday(calendar)]
  return [...runs.flatMap((run) => stepsOf(run, calendar, tools)), byHand(calendar)]
}

/** Out in office hours within some minutes, and nothing more to say. */
function calmRuns(calendar: Calendar): Run[] {
  return Object.entries(calmReleases).flatMap(([service, releases]) =>
    Object.entries(releases).map(([version, days]): Run => {
      const chance = (what: string) => calendar.chance(`${service} ${version} ${what}`)
      const at = later(calendar.on(days, '09:00'), Math.floor(chance('hour') * 420))
      const took = 4 + Math.floor(chance('took') * 14)
      const message = `${2 + Math.floor(chance('changes') * 30)} changes`
      const tool = service === 'storefront' ? 'github' : 'pipeline'
      return calm({ service, version, at, tool }, took, message)
    }),
  )
}

function calm(run: Omit<Run, 'says'>, took: number, message: string): Run {
  const rollback = { ready: 'yes', db_change: 'none' }
  return {
    ...run,
    says: [
      [0, 'started', { message, rollback }],
      [took, 'succeeded', { message }],
    ],
  }
}

function runsWithTrouble({ on }: Calendar): Run[] {
  return [
    {
      ...{ service: 'payments', version: '8.1.0', at: on(50, '12:40') },
      says: [
        [
          0,
          'started',
          { message: 'New ledger tables', rollback: { ready: 'no', db_change: 'irreversible' } },
        ],
        [20, 'succeeded'],
      ],
    },
    calm({ service: 'payments', version: '8.1.1', at: on(50, '13:40') }, 12, 'Reads ledgers of both shapes'),
    {
      ...{ service: 'search', version: '1.8.0', at: on(39, '08:15') },
      says: [
        [0, 'started', { message: 'New ranking' }],
        [3, 'exposure.changed', { percent: 10 }],
        [8, 'succeeded', { percent: 100 }],
      ],
    },
    back({ service: 'search', version: '1.7.5', at: on(39, '08:39') }, '1.8.0', {
      reason: 'Slow answers, first seen at 10 % of customers.',
      took: 21,
    }),
    {
      ...{ service: 'storefront', version: '5.40.3', at: on(34, '14:20'), tool: 'github' },
      says: [
        [0, 'started'],
        [6, 'failed', { message: 'The new pods did not become ready in time.' }],
      ],
    },
    calm({ service: 'checkout', version: '2.11.0', at: on(22, '10:50') }, 12, 'One-page checkout'),
    back({ service: 'checkout', version: '2.10.3', at: on(22, '11:21') }, '2.11.0', {
      reason: 'Nobody can pay.',
      took: 3,
    }),
  ]
}

function runsOfToday({ on, before }: Calendar): Run[] {
  const cause = { service: 'checkout', version: '2.14.0', at: before(46) }
  return [
    {
      ...{ service: 'search', version: '2.0.0', at: on(4, '10:15') },
      says: [
        [0, 'started', { message: 'A new index' }],
        [25, 'succeeded', { dark: true, percent: 0 }],
        [2 * 24 * 60 + 6 * 60 + 25, 'exposure.changed', { dark: false, percent: 10 }],
      ],
    },
    calm({ service: 'search-indexer', version: '0.4.0', at: on(2, '09:30') }, 9, 'Feeds the new index'),
    calm({ service: 'storefront', version: '5.41.2', at: before(325), tool: 'github' }, 8, '3 changes'),
    {
      ...cause,
      says: [
        [0, 'started', { message: '41 changes', rollback: { ready: 'yes', db_change: 'reversible' } }],
        [11, 'exposure.changed', { percent: 10 }],
        [27, 'succeeded', { percent: 100 }],
      ],
    },
    {
      ...{ service: 'checkout', version: '2.13.4', at: before(2), run: 'checkout-back-to-2.13.4' },
      says: [[0, 'started', { kind: 'rollback', previous_version: '2.14.0', reason: '3-D Secure fails.' }]],
    },
  ]
}

function back(run: Omit<Run, 'says'>, from: string, { reason, took }: { reason: string; took: number }): Run {
  const facts = { kind: 'rollback' as const, previous_version: from, reason }
  return {
    ...run,
    run: `${run.service}-back-to-${run.version}`,
    says: [
      [0, 'started', facts],
      [took, 'succeeded'],
    ],
  }
}

function byHand({ on }: Calendar): Step {
  const said = { component: 'reports', version: '0.9.0', minutes_taken: 15, message: 'Copied by hand' }
  return { at: on(25, '16:05'), run: (ctx) => recordByHand(ctx, said) }
}
