'use strict';
// Takes the README's pictures from a real run: `node scripts/screenshots.cjs` while `npm run up` runs in this folder.
// Needs Chromium (Debian: `apt-get install chromium`); CHROMIUM names another one.
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');
const { inRoot } = require('./lib/paths.cjs');

const WIDTH = 1280;
const WAIT_MS_MAX = 30_000;

async function main() {
  const { api, token } = JSON.parse(fs.readFileSync(path.resolve('.longhaul/state.json'), 'utf8'));
  const ask = async (method, where, type, body) => {
    const headers = { authorization: `Bearer ${token}`, ...(type ? { 'content-type': type } : {}) };
    const response = await fetch(`${api.url}${where}`, { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const graph = fs.readFileSync(inRoot('examples/graphs/erp-daily-operations.yaml'), 'utf8');
  const { name } = await ask('POST', '/graphs', 'application/yaml', graph);
  const { runId, links } = await ask('POST', '/runs', 'application/json', JSON.stringify({ graph: name }));
  while (!['completed', 'failed'].includes((await ask('GET', `/runs/${runId}`)).status))
    await new Promise((resolve) => setTimeout(resolve, 200));

  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await shoot(page, links.temporalUi, 'temporal-run.png', 'audit_report_generator', 1500);
    await shoot(page, `${api.url}/docs`, 'api-docs.png', '/runs', 800);
  } finally {
    await browser.close();
  }
}

/** The height shows what matters: the Web UI scrolls inside its page, so a full-page picture would not. */
async function shoot(page, url, file, expected, height) {
  await page.setViewportSize({ width: WIDTH, height });
  await page.goto(url);
  await page.getByText(expected).first().waitFor({ timeout: WAIT_MS_MAX });
  await page.waitForLoadState('networkidle').catch(() => undefined); // the Web UI polls; what is expected is on the page
  await page.screenshot({ path: inRoot('docs/images', file) });
  console.log(`docs/images/${file}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
