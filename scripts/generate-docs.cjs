#!/usr/bin/env node
// Writes what can be written from the source: the reference pages, .env.example, the folder graph, the feature counts.
// With --check it writes nothing and fails when a file is stale.
'use strict';
const { mkdirSync, readFileSync, writeFileSync, existsSync } = require('node:fs');
const { dirname } = require('node:path');
const { build } = require('./build.cjs');
const { withCounts } = require('./features.cjs');
const { inRoot } = require('./lib/paths.cjs');
const reference = require('./lib/reference.cjs');
const { folderGraph, withGraph } = require('./lib/folder-graph.cjs');

/** File → its text as it should be. */
async function pages() {
  await build();
  const { ERRORS } = require('../dist/domain/kernel/errors.js');
  const { describeSettings } = require('../dist/adapters/config/index.js');
  const { settingsSchema } = require('../dist/adapters/config/settings.js');
  const { createProgram } = require('../dist/cli/main.js');
  const { MARKET_EVENTS } = require('../dist/domain/worlds/marketplace/event-catalogue.js');
  const { z } = require('zod');
  const settings = [describeSettings(), z.toJSONSchema(settingsSchema, { io: 'input' })];
  return {
    'docs/reference/errors.md': reference.errorsPage(ERRORS),
    'docs/reference/configuration.md': reference.configurationPage(...settings),
    'docs/reference/events.md': reference.eventsPage({ marketplace: MARKET_EVENTS }),
    'docs/reference/cli.md': reference.cliPage(createProgram()),
    '.env.example': reference.envExample(...settings),
    'ARCHITECTURE.md': withGraph(readFileSync(inRoot('ARCHITECTURE.md'), 'utf8'), folderGraph()),
    'docs/features.md': withCounts(readFileSync(inRoot('docs/features.md'), 'utf8')),
  };
}

async function main(check) {
  const stale = Object.entries(await pages()).filter(
    ([file, text]) => !existsSync(inRoot(file)) || readFileSync(inRoot(file), 'utf8') !== text,
  );
  for (const [file, text] of stale) {
    console.log(check ? `${file} is stale. Run \`npm run docs:generate\`.` : `wrote ${file}`);
    if (check) continue;
    mkdirSync(dirname(inRoot(file)), { recursive: true });
    writeFileSync(inRoot(file), text);
  }
  if (check && stale.length > 0) process.exitCode = 1;
}

main(process.argv.includes('--check')).catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
