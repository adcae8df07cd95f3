// Finds components by name where there are many. Without this the groups fold and nothing is lost.
const found = (component, words) => component.querySelector('h3')?.textContent.toLowerCase().includes(words)
const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ['hidden'] }
let words = ''
/** The groups that were folded before somebody looked for something. */
let folded = new Set()

function show() {
  for (const group of document.querySelectorAll('#components .group')) {
    const components = [...group.querySelectorAll('.component')]
    for (const component of components) component.hidden = !found(component, words)
    group.hidden = components.every((component) => component.hidden)
    if (group.tagName !== 'DETAILS') continue
    const name = group.querySelector('.group__name').textContent
    if (words && !group.open) folded.add(name)
    if (words) group.open = true
    else if (folded.has(name)) group.open = false
  }
  if (!words) folded = new Set()
}

/** The page may be renewed beneath us: what was looked for stays looked for. */
const renewed = new MutationObserver(() => {
  const field = document.querySelector('#find')
  if (field && field !== document.activeElement && field.value !== words) field.value = words
  if (words) quietly(show)
})

function quietly(work) {
  renewed.disconnect()
  work()
  renewed.observe(document.querySelector('main'), watched)
}

document.documentElement.classList.add('can-find')
document.addEventListener('input', ({ target }) => {
  if (target.id !== 'find') return
  words = target.value.trim().toLowerCase()
  quietly(show)
})
quietly(() => {})
