// Formats the references in citeproc-js: jobs on standard input as JSON, a line of JSON for each style on standard
// output. Arguments: the folder of the npm package `citeproc`, and the folder of the CSL locales.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const [, , packageFolder, localesFolder] = process.argv
const CSL = require(path.resolve(packageFolder, 'citeproc_commonjs.js'))
CSL.debug = () => {} // it would print to standard output

const locales = new Map()
function locale (language) {
  if (!locales.has(language)) {
    const file = path.join(localesFolder, `locales-${language}.xml`)
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').replace(/^\s*<\?[^>]*\?>/, '') : false
    locales.set(language, text)
  }
  return locales.get(language)
}

const { records, jobs } = JSON.parse(fs.readFileSync(0, 'utf8'))

function formatted ({ style, language, clusters }) {
  const items = structuredClone(records)
  const system = { retrieveItem: id => items[id], retrieveLocale: locale }
  const engine = new CSL.Engine(system, fs.readFileSync(style, 'utf8'), language)
  const texts = engine.rebuildProcessorState(structuredClone(clusters), 'html', [])
  const list = engine.makeBibliography()
  return {
    clusters: Object.fromEntries(texts.map(([id, , text]) => [id, text])),
    entries: list ? list[0].entry_ids.map(([id], place) => [id, list[1][place]]) : []
  }
}

for (const job of jobs) {
  let answer
  try {
    answer = formatted(job)
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify({ name: job.name, ...answer }) + '\n')
}
