// Statuspage's widget library, as far as pages use it; the page it asks is the one that it came from.
;(() => {
  const base = document.currentScript.src.replace(/[^/]*$/, 'api/v2/')
  const asking =
    (name) =>
    (options = {}) =>
      fetch(`${base}${name}${options.filter ? `/${options.filter}` : ''}.json`)
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
        .then(options.success, options.error)
  function Page() {
    this.summary = asking('summary')
    this.status = asking('status')
    this.components = asking('components')
    this.incidents = asking('incidents')
    this.scheduled_maintenances = asking('scheduled-maintenances')
  }
  window.StatusPage = { page: Page }
})()
