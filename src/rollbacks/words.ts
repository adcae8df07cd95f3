import type { ReadinessState, RollbackMethod, Sayer, SchemaChange, YesOrNo } from './model.ts'

/** What operators read for each answer. */
export const methodWords: Record<RollbackMethod, string> = {
  redeploy_previous: 'release the version before again',
  flag_off: 'switch a flag off',
  traffic_switch: 'switch the traffic back',
  restore_backup: 'restore a backup',
  none: 'none',
}

export const changeWords: Record<SchemaChange, string> = {
  none: 'not changed',
  expand: 'expand: something is added',
  backfill: 'backfill: data is filled in',
  contract: 'contract: something is taken away',
  irreversible: 'cannot be changed back',
}

export const keptWords: Record<YesOrNo, string> = { yes: 'kept', no: 'not kept' }
export const compatWords: Record<YesOrNo, string> = {
  yes: 'reads the new data',
  no: 'cannot read the new data',
}

/** Who said it, in a word or two; an operator is called by name. */
export const sayerWords: Record<Sayer, string> = {
  operator: 'an operator',
  tool: 'the tool',
  derived: 'seen here',
  component: 'as a rule',
}

/** A state's words, and how it is drawn: a shape and a colour, never the colour alone. */
export const stateLooks: Record<ReadinessState, { words: string; icon: string; tone: string }> = {
  ready: { words: 'Ready', icon: 'operational', tone: 'operational' },
  ready_untested: { words: 'Ready, but not tried', icon: 'partly', tone: 'operational' },
  degraded: { words: 'Not all is known', icon: 'degraded_performance', tone: 'degraded_performance' },
  not_ready: { words: 'No way back', icon: 'major_outage', tone: 'major_outage' },
}
