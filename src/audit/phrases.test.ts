import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journalActions } from '../journal/journal.ts'
import { phraseOf, phrases } from './phrases.ts'

test('a line reads as a sentence after the name of whoever did it', () => {
  assert.equal(
    phraseOf({ action: 'component.created', detail: { name: 'Checkout' } }),
    'added a component “Checkout”',
  )
  assert.equal(
    phraseOf({ action: 'event.dismissed', detail: { service: 'acme/x' } }),
    'dismissed from the inbox “acme/x”',
  )
  assert.equal(phraseOf({ action: 'session.opened', detail: {} }), 'signed in')
})

test('every verb has words of its own, and an unknown one is told as it is', () => {
  assert.equal(new Set(journalActions.map((action) => phrases[action])).size, journalActions.length)
  assert.equal(phraseOf({ action: 'toString', detail: {} }), 'toString')
})
