#!/usr/bin/env node
// Keeps docs/features.md honest: every id of docs/features-ids.json exactly once, a status of the grammar below, every
// named test in the repository. Without --check it also writes the counts at the top of the table.
//
//   planned
//   works: `tests/….test.ts`[, `tests/….test.ts` …]
//   replaced by … because …
'use strict';

const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const TEST = '`(tests/[\\w./-]+\\.test\\.ts)`';
const STATUSES = {
  planned: /^planned$/,
  works: new RegExp(`^works: ${TEST}(, ${TEST})*$`),
  replaced: /^replaced by \S.* because \S.*$/,
};
const COUNTS = /<!-- counts -->[\s\S]*<!-- \/counts -->/;

/** Rows of all tables: `| S001-API-01 | name | promise | status |`; a pipe inside a cell is written `\|`. */
function rowsOf(markdown) {
  return markdown.split('\n').flatMap((text, index) => {
    if (!/^\| S\d{3}-/.test(text)) return [];
    const cells = text
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    return [{ line: index + 1, id: cells[0], cells }];
  });
}

function kindOf(status) {
  return Object.keys(STATUSES).find((kind) => STATUSES[kind].test(status));
}

/** All problems of the table, each naming its line and what to do. */
function problemsOf(markdown, ids, root) {
  const rows = rowsOf(markdown);
  const seen = new Map();
  const problems = [];
  for (const { line, id, cells } of rows) {
    const where = `docs/features.md:${line} ${id}`;
    if (seen.has(id)) problems.push(`${where}: appears a second time (first on line ${seen.get(id)}). Keep one row.`);
    seen.set(id, line);
    if (!ids.includes(id)) problems.push(`${where}: is not an id of docs/features-ids.json. Is it mistyped?`);
    if (cells.length !== 4)
      problems.push(
        `${where}: has ${cells.length} cells, expected 4 (id, name, promise, status). Escape pipes as \\|.`,
      );
    else problems.push(...statusProblems(cells[3], root).map((problem) => `${where}: ${problem}`));
  }
  for (const id of ids)
    if (!seen.has(id)) problems.push(`docs/features.md: ${id} has no row. Add one with status planned.`);
  return problems;
}

function statusProblems(status, root) {
  if (!kindOf(status))
    return [`status "${status}" is none of: planned · works: \`tests/….test.ts\` · replaced by … because …`];
  const tests = [...status.matchAll(new RegExp(TEST, 'g'))].map((match) => match[1]);
  return tests.filter((test) => !existsSync(join(root, test))).map((test) => `names ${test}, which does not exist.`);
}

function withCounts(markdown) {
  const count = { planned: 0, works: 0, replaced: 0 };
  for (const { cells } of rowsOf(markdown)) count[kindOf(cells[3] ?? '') ?? 'planned'] += 1;
  const total = count.planned + count.works + count.replaced;
  const line = `**${total} promises: ${count.works} work, ${count.replaced} replaced, ${count.planned} planned.**`;
  return markdown.replace(COUNTS, `<!-- counts -->\n${line}\n<!-- /counts -->`);
}

function main(root, check) {
  const file = join(root, 'docs/features.md');
  const markdown = readFileSync(file, 'utf8');
  const ids = JSON.parse(readFileSync(join(root, 'docs/features-ids.json'), 'utf8'));
  const problems = problemsOf(markdown, ids, root);
  const counted = withCounts(markdown);
  if (check && counted !== markdown)
    problems.push('docs/features.md: the counts at the top are stale. Run `npm run docs:generate`.');
  if (!check) writeFileSync(file, counted);
  problems.forEach((problem) => console.error(problem));
  return problems.length === 0 ? 0 : 1;
}

module.exports = { problemsOf, withCounts };

if (require.main === module) process.exitCode = main(resolve(__dirname, '..'), process.argv.includes('--check'));
