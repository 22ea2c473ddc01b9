/** The bundle that the Lambda tests deploy: one export for each way in which a function can do well or badly. */
export const HANDLERS = `
import { writeSync } from 'node:fs'
let count = 0
export const echo = (event) => event
export const nothing = () => undefined
export const env = () => process.env
export const argv = () => [process.argv.slice(2), process.execArgv]
export const counter = async () => { await new Promise((done) => setTimeout(done, 40)); return ++count }
export const context = (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() })
export const sleepy = () => new Promise(() => setInterval(() => {}, 1000))
export const busy = () => { for (;;) {} }
export const typed = () => { const error = new Error('no such endpoint'); error.name = 'NotFoundException'; throw error }
export const laden = () => { throw Object.assign(new Error('outside'), { original: new Error('inside') }) }
export const text = () => { throw 'just text' }
export const exits = () => process.exit(3)
export const uncaught = () => new Promise(() => setTimeout(() => { throw new TypeError('later') }, 1))
export const rejects = () => new Promise(() => void Promise.reject(new Error('lost')))
export const greedy = () => { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())) }
export const circular = () => { const it = {}; it.it = it; return it }
export const large = () => 'x'.repeat(6291456)
export const callback = (event, context, callback) => callback(null, 1)
export const prints = (event) => { console.log('hello from %s', event.name); console.error('and a warning') }
export const nested = { inside: { handler: () => 'found' } }
export const flaky = () => { if (++count < 3) throw new Error('attempt ' + count); console.log('attempt 3 is fine') }
`
