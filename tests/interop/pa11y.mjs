// pa11y, by its own runner HTML_CodeSniffer, reads a page that the test has open and has marked: WCAG 2, level AA.
import pa11y from 'pa11y'
import puppeteer from 'puppeteer'
import { hear, say } from './conversation.mjs'

const { browser: browserURL, viewport } = await hear()
const browser = await puppeteer.connect({ browserURL, defaultViewport: null })
const asked = { standard: 'WCAG2AA', runners: ['htmlcs'], ignoreUrl: true, userAgent: '', wait: 0, viewport }

async function findPage({ url, mark }) {
  for (const page of await browser.pages(true)) {
    if (page.url() === url && (await page.evaluate(() => document.documentElement.dataset.read)) === mark) return page
  }
  throw new Error(`no page at ${url} is marked ${mark}`)
}

let question
while ((question = await hear()) !== null) {
  const page = await findPage(question)
  const { issues } = await pa11y('', { ...asked, browser, page })
  say(issues.map(({ code, message, context, selector }) => `${code}: ${context} (${selector}) ${message}`))
}
await browser.disconnect()
