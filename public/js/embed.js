// Shows a status page's trouble in a corner of any page: <script src="https://status.example/embed/script.js"></script>.
;(() => {
  const base = document.currentScript.src.replace(/\/embed\/[^/]*$/, '')
  const mobile = matchMedia('(max-width: 450px)').matches
  const frame = document.createElement('iframe')
  frame.src = `${base}/embed/frame${mobile ? '?mobile=true' : ''}`
  frame.title = 'Status'
  Object.assign(frame.style, {
    position: 'fixed',
    border: '0',
    zIndex: '9999',
    colorScheme: 'normal',
    visibility: 'hidden',
    opacity: '0',
    transition: 'opacity 0.3s',
    width: mobile ? '100%' : '320px',
    height: '115px',
    right: mobile ? '0' : '60px',
    bottom: mobile ? '0' : '60px',
    borderRadius: mobile ? '0' : '10px',
    boxShadow: '0 2px 16px rgb(0 0 0 / 25%)',
  })
  const show = (visible) =>
    Object.assign(frame.style, { visibility: visible ? 'visible' : 'hidden', opacity: visible ? '1' : '0' })
  addEventListener('message', (event) => {
    if (event.origin !== new URL(base).origin || event.source !== frame.contentWindow) return
    if (event.data?.action === 'showFrame') show(true)
    if (event.data?.action === 'dismissFrame') show(false)
  })
  const add = () => document.body.append(frame)
  if (document.body) add()
  else addEventListener('DOMContentLoaded', add)
})()
