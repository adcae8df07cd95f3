// The keyboard of the operators' pages: what views/desk/_keys.eta lists. A courtesy: every page works without it.
const $ = (selector) => document.querySelector(selector)
const { keys, edits } = document.body.dataset
const typing =
  'input:not([type=radio],[type=checkbox],[type=submit],[type=button]), textarea, select, [contenteditable]'
const states = () => [...document.querySelectorAll('#form input[name=state]')]
const places = { i: '/admin/incidents', r: '/admin/releases', c: '/admin/components', n: '/admin' }
let going = 0

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (event.defaultPrevented || event.isComposing || event.repeat) return
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return withCtrl(event)
  if (event.ctrlKey || event.metaKey || event.altKey || keys === 'off') return
  if ($('dialog[open], :popover-open')) return
  if (key === 'Escape') return back(target)
  if (target.matches?.(typing)) return
  if (act(key)) event.preventDefault()
})

function withCtrl(event) {
  if (event.key.toLowerCase() === 'k') {
    event.preventDefault()
    openPalette()
  } else if (event.key === 'Enter' && event.target.form) {
    event.preventDefault()
    const { form } = event.target
    const button =
      form.querySelector('button.button--primary') ?? form.querySelector('button:not([formaction])')
    form.requestSubmit(button ?? undefined)
  }
}

/** Does what a key is for; says whether it is for anything here. */
function act(key) {
  const went = going > Date.now() && places[key]
  going = key === 'g' ? Date.now() + 1500 : 0
  if (went) return go(went)
  if (key === '?') return open($('#keys'))
  if (key === '/') return focus($('#q')) || go('/admin/search')
  if (key === 'n' && edits !== undefined) return go('/admin/incidents/new')
  if (key === 'u') return update()
  if (key === 'r') return choose(states().find(({ value }) => value === 'resolved')) && focus($('#body'))
  if (/^[1-4]$/.test(key)) return choose(states()[key - 1])
  return key === 'g'
}

function update() {
  if (focus($('#form #body'))) return true
  const open = $('.card--trouble h3 a')
  return open !== null && edits !== undefined && go(`${open.href}#form`)
}

function choose(radio) {
  if (!radio) return false
  radio.click()
  return focus(radio)
}

function go(address) {
  location.assign(address)
  return true
}

function focus(field) {
  field?.focus()
  field?.select?.()
  return Boolean(field)
}

function open(dialog) {
  dialog?.showModal()
  return Boolean(dialog)
}

/** Out of the field first; then back, unless something typed would be lost. */
function back(target) {
  if (target.matches?.(typing)) return target.blur()
  const form = $('#form')
  const typed = [...(form?.elements ?? [])].some(
    ({ value, defaultValue, checked, defaultChecked }) =>
      defaultValue !== undefined && (value !== defaultValue || checked !== defaultChecked),
  )
  if (typed) return
  const up = [...(form?.querySelectorAll('.actions a') ?? [])].find(
    ({ textContent }) => textContent === 'Back',
  )
  if (up) return up.click()
  const here = $('#pages a[aria-current]')
  if (here) go(here.getAttribute('aria-current') === 'true' ? here.href : '/admin')
}

/* The palette: the places of /admin/go, found by the beginnings of their words. */
const palette = $('#go')
const field = $('#go-to')
const links = () => [...palette.querySelectorAll('a')].filter((link) => link.offsetParent)

async function openPalette() {
  if (palette.open || $('dialog[open]')) return
  field.value = ''
  open(palette)
  const answer = await fetch('/admin/go', { headers: { accept: 'text/html' } }).catch(() => null)
  if (!answer?.ok || answer.redirected) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  palette.querySelector('[data-list]').replaceChildren(...(page.getElementById('places')?.childNodes ?? []))
  look()
}

function look() {
  const words = field.value.trim().toLowerCase().split(/\s+/)
  for (const item of palette.querySelectorAll('li')) {
    const name = ` ${item.textContent.toLowerCase()}`
    item.hidden = !words.every((word) => name.includes(` ${word}`))
  }
  for (const group of palette.querySelectorAll('section'))
    group.hidden = !group.querySelector('li:not([hidden])')
  const search = palette.querySelector('[data-search]')
  search.href = `/admin/search?${new URLSearchParams({ q: field.value.trim() })}`
}

field?.addEventListener('input', look)
palette?.addEventListener('keydown', (event) => {
  const all = links()
  const at = all.indexOf(document.activeElement)
  if (event.key === 'ArrowDown') all[Math.min(at + 1, all.length - 1)]?.focus()
  else if (event.key === 'ArrowUp') (at > 0 ? all[at - 1] : field).focus()
  else if (event.key === 'Enter' && event.target === field) all[0]?.click()
  else return
  event.preventDefault()
})
