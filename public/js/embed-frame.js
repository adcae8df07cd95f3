// Asks the page around the frame to show it while there is trouble, and to put it away. It tells no secrets, so that
// any page may hear it.
const tell = (action) => parent.postMessage({ action }, '*')
const dismiss = document.querySelector('button')
dismiss.hidden = false
dismiss.addEventListener('click', () => tell('dismissFrame'))
if (document.querySelector('[data-trouble]')) tell('showFrame')
