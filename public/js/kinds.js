// Finds a tool by its name where there are many. Without this they stand in their groups, each with its line.
const field = document.getElementById('find-kind')
const groups = [...document.querySelectorAll('[data-kinds]')]
const none = document.getElementById('no-kind')

field.closest('[hidden]').hidden = false
field.addEventListener('input', () => {
  const words = field.value.trim().toLowerCase().split(/\s+/)
  for (const group of groups) {
    const name = group.querySelector('h2').textContent
    const kinds = [...group.querySelectorAll('li')]
    for (const kind of kinds) {
      const text = `${name} ${kind.textContent}`.toLowerCase()
      kind.hidden = !words.every((word) => text.includes(word))
    }
    group.hidden = kinds.every((kind) => kind.hidden)
  }
  none.hidden = groups.some((group) => !group.hidden)
})

// With one tool left, Enter chooses it.
field.addEventListener('keydown', (event) => {
  const left = document.querySelectorAll('[data-kinds]:not([hidden]) li:not([hidden]) a')
  if (event.key === 'Enter' && left.length === 1) left[0].click()
})
