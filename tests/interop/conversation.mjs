// How a peer talks with its test: one line of JSON in, one line of JSON out. The first line in is the facts.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

// The next line, or null when the test has ended.
export async function hear() {
  const { value, done } = await lines.next()
  return done ? null : JSON.parse(value)
}

export function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n')
}
