// Text is shown as text: nothing that comes from people becomes markup.
const room = document.currentScript.dataset.room
const part = id => document.getElementById(id)
const shown = new Map() // by id
const waiting = new Map() // said here, not seen in the room yet; by key
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000
let socket
let last = 0
let pause = FIRST_PAUSE_MS

function connect() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  socket = new WebSocket(`${scheme}://${location.host}/ws/chat/${room}/?since=${last}`)
  socket.onopen = () => {
    pause = FIRST_PAUSE_MS
    state('connected')
    for (const message of waiting.values()) socket.send(JSON.stringify(message))
  }
  socket.onmessage = ({ data }) => take(JSON.parse(data))
  socket.onclose = () => {
    state('reconnecting')
    // Not all pages at the same moment, when a machine goes.
    setTimeout(connect, pause * (0.5 + Math.random()))
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }
}

function take(message) {
  if (message.server) part('socket-server').textContent = message.server
  else if (message.error) refuse(message)
  else show(message)
}

function show(message) {
  if (waiting.delete(message.key)) document.getElementById(message.key)?.remove()
  if (shown.has(message.id)) return
  shown.set(message.id, message)
  last = Math.max(last, message.id)
  const list = part('messages')
  const later = [...list.children].find(item => item.className === 'waiting' || Number(item.dataset.id) > message.id)
  list.insertBefore(itemOf(message), later ?? null)
  list.scrollTop = list.scrollHeight
}

function itemOf({ id, name, text, sent }) {
  const item = document.createElement('li')
  item.dataset.id = id ?? ''
  const who = document.createElement('b')
  who.textContent = `${name}: `
  const what = document.createElement('span')
  what.textContent = text
  item.append(who, what)
  if (sent) {
    const when = document.createElement('time')
    when.dateTime = sent
    when.textContent = new Date(sent).toLocaleTimeString()
    item.append(when)
  }
  return item
}

function say(name, text) {
  const message = { key: newKey(), name, text }
  waiting.set(message.key, message)
  const item = itemOf(message)
  item.id = message.key
  item.className = 'waiting'
  part('messages').append(item)
  part('error').textContent = ''
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

// Sent again, it would be refused again.
function refuse({ error, key }) {
  waiting.delete(key)
  document.getElementById(key)?.remove()
  part('error').textContent = error
}

// A UUID without its hyphens; the browser's own function for it is there only over HTTPS.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

function state(text) {
  part('state').textContent = text
}

part('name').value = localStorage.getItem('name') ?? ''
part('form').onsubmit = event => {
  event.preventDefault()
  localStorage.setItem('name', part('name').value)
  say(part('name').value, part('text').value)
  part('text').value = ''
}
connect()
