'use strict';
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');
const { root } = require('./paths.cjs');

/** One box per folder; the adapters one by one, because which of them a folder uses is what a reader wants to know. */
const BOXES = '^src/adapters/[^/]+|^src/[^/]+';

/** The Mermaid text of who imports whom in src, as it is, sorted so that it changes only when an arrow does. */
function folderGraph() {
  const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--include-only',
    '^src/',
    '--collapse',
    BOXES,
    '--output-type',
    'mermaid',
  ];
  const text = execFileSync(process.execPath, [cruise, ...args], { cwd: root, encoding: 'utf8' });
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  const isArrow = (line) => line.includes('-->');
  return [...lines.filter((line) => !isArrow(line)), ...lines.filter(isArrow).sort()].join('\n');
}

const MARKED = /(<!-- graph -->\n)[\s\S]*(<!-- \/graph -->)/;

/** Puts the graph between the markers of a page. */
function withGraph(markdown, graph) {
  if (!MARKED.test(markdown)) throw new Error('ARCHITECTURE.md has no <!-- graph --> … <!-- /graph --> markers.');
  return markdown.replace(MARKED, (_, open, close) => `${open}\`\`\`mermaid\n${graph}\n\`\`\`\n${close}`);
}

module.exports = { folderGraph, withGraph };
