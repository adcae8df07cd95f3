// Keeps a public page true while somebody looks at it, and adds the reader's own clock beside the page's. Every page
// is whole without this. It is served behind idiomorph, in one file and one scope (assets.ts).
const region = document.getElementById('live')
const allFolds = document.getElementsByTagName('details')
/** How the server left each fold, and those that the reader left otherwise. */
const folds = new WeakMap()
const kept = new WeakSet()
const usual = 15_000
// five minutes at most, with what chance adds
const longest = 250_000
let etag
let failures = 0
// when we ask next; 0 while we ask
let due
let timer

function plan() {
  due = Date.now() + Math.min(longest, usual * 2 ** failures) * (0.8 + 0.4 * Math.random())
  wake()
}

/** Sleeps until it is time to ask, and for as long as nobody looks. */
function wake() {
  clearTimeout(timer)
  if (due && !document.hidden) timer = setTimeout(ask, due - Date.now())
}

async function ask() {
  due = 0
  try {
    // the browser's own cache sends If-None-Match, and knows the newest page when the reader comes back to it
    const answer = await fetch(location, { cache: 'no-cache', signal: AbortSignal.timeout(30_000) })
    if (answer.status !== 200) throw answer
    const tag = answer.headers.get('etag')
    if (!tag || tag !== etag) show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    etag = tag
    failures = 0
  } catch {
    failures++
  }
  plan()
}

function show(page) {
  // it is somebody else's, or for operators
  if (!page.getElementById('live')) throw page
  const one = (selector, within = document) => within.querySelector(selector)
  const words = one('h1').textContent
  addOwnClock(page)
  document.title = page.title
  for (const kind of ['icon', 'stylesheet']) {
    const link = `link[rel=${kind}]`
    if (one(link).href !== one(link, page).href) one(link).href = one(link, page).href
  }
  morph(one('main'), one('main', page))
  if (one('h1').textContent !== words) region.textContent = one('h1').textContent
}

/** What the reader did stays: where the focus is, what is selected, typed or chosen, and what is folded. */
function morph(main, fresh) {
  const rows = []
  const note = (node, next) => {
    if (node.matches?.('li, h1') && node.textContent !== next?.textContent) rows.push(node)
    // what is chosen hangs on the place of an option
    return node.tagName !== 'SELECT'
  }
  for (const fold of allFolds) if (folds.get(fold) !== fold.open) kept.add(fold)
  Idiomorph.morph(main, fresh, {
    callbacks: {
      beforeNodeMorphed: note,
      afterNodeAdded: note,
      beforeAttributeUpdated: (name, node) =>
        ({ open: !kept.has(node), checked: false, value: node.tagName !== 'INPUT' })[name],
    },
  })
  noteFolds()
  main.dispatchEvent(new Event('renewed', { bubbles: true }))
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  for (const row of rows) row.animate({ opacity: [0, 1] }, 120)
}

function noteFolds() {
  for (const fold of allFolds) folds.set(fold, fold.open)
}

function addOwnClock(page) {
  const yours = (words) => region.dataset.yours.replace('{}', words)
  for (const time of page.querySelectorAll('time[datetime*="T"]')) {
    const at = new Date(time.dateTime)
    const own = at.toTimeString().slice(0, 5)
    time.title = yours(at.toLocaleString())
    if (time.matches('[data-local]') && !time.textContent.includes(own))
      time.insertAdjacentHTML('afterend', ` <span class="quiet">(${yours(own)})</span>`)
  }
}

addOwnClock(document)
noteFolds()
document.addEventListener('visibilitychange', wake)
addEventListener('online', () => {
  due &&= 1
  wake()
})
plan()
