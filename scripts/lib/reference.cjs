'use strict';

/** Pure text of the generated pages, so that the generator (from dist) and the tests (from src) write the same. */

const BANNER = '<!-- Written by `npm run docs:generate`; the tests compare it with the source. -->';

/** docs/reference/errors.md from the error table: `{Code: {status, retryable, message}}`. */
function errorsPage(errors) {
  const rows = Object.entries(errors)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { status, retryable, message }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${cell(message)} |`,
    );
  return page('Errors', [
    'One table for every way in: the code is the `code` of a problem+json answer, the word that the CLI prints, and the',
    'failure type in Temporal. *Retryable* says whether repeating the same step may succeed. `{…}` are filled in.',
    '',
    '| Code | HTTP status | Retryable | Message |',
    '|---|---|---|---|',
    ...rows,
  ]);
}

/** docs/reference/events.md from the catalogues of the worlds: `{world: {type: {about, subject, data, optional?}}}`. */
function eventsPage(worlds) {
  return page('Events of simulations', [
    'What a tick of a recorded run tells (`longhaul simulations events`, `GET /simulations/{id}/events`), what rules of a fast-forward are',
    'about (`on`), and what programs may rely on: a sweep over all example markets holds every event against this table. Rules may also',
    'be about `day-started`, which happens in every tick and is not recorded.',
    ...Object.entries(worlds).flatMap(([world, events]) => ['', `## ${world}`, ...eventRows(events)]),
  ]);
}

function eventRows(events) {
  const members = (data = {}, mark = '') => Object.entries(data).map(([name, form]) => `\`${name}${mark}\` ${form}`);
  const rows = Object.entries(events).map(([type, { about, subject, data, optional }]) => {
    return `| \`${type}\` | ${cell(about)} | ${subject} | ${[...members(data), ...members(optional, '?')].join(', ')} |`;
  });
  return ['| Type | When | Its subject | Its data |', '|---|---|---|---|', ...rows];
}

/** docs/reference/configuration.md from `describeSettings()` and the JSON Schema of the settings. */
function configurationPage(settings, schema) {
  const rows = settings.map(({ path, env, fallback, description, secret, list }) => {
    const note = secret ? ' **Secret.**' : '';
    return `| \`${path}\` | \`${env}\` | ${list ? 'list of rules' : cell(typeOf(schema, path))} | ${defaultCell(fallback)} | ${cell(description)}${note} |`;
  });
  return page('Configuration', [
    'Precedence: command line, environment, `longhaul.yaml` (or `config/config.json`), defaults. Unknown keys are errors.',
    '`longhaul config show` prints each effective value with its origin; secrets are masked.',
    '',
    '| Key | Environment | Value | Default | Meaning |',
    '|---|---|---|---|---|',
    ...rows,
  ]);
}

/** .env.example: every setting with its default, commented out; secrets without a value. */
function envExample(settings, schema) {
  const lines = settings.flatMap(({ path, env, fallback, description, secret, list }) => [
    `# ${description} (${list ? 'list of rules, as JSON' : typeOf(schema, path)})`,
    `#${env}=${secret ? '' : (fallback ?? '')}`,
    '',
  ]);
  return ['# Copy to .env and uncomment what differs. Written by `npm run docs:generate`.', '', ...lines].join('\n');
}

/** docs/reference/cli.md from the program's own definition: every command with its arguments and options. */
function cliPage(program) {
  return page('Commands', [
    'Examples, exit codes and what goes where: [the guide](../guides/cli.md). From a clone: `npm run longhaul -- …`.',
    '',
    leavesOf(program)
      .map((command) => commandLines(command).join('\n'))
      .join('\n\n'),
  ]);
}

function leavesOf(command) {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function commandLines(command) {
  const rows = command.options.map((option) => `| \`${cell(option.flags)}\` | ${cell(optionText(option))} |`);
  const table = rows.length === 0 ? [] : ['', '| Option | |', '|---|---|', ...rows];
  const usage = `\`${pathOf(command)} ${command.usage()}\``;
  return [`## ${pathOf(command)}`, '', usage, '', sentence(command.description()), ...table];
}

function pathOf(command) {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function optionText({ description, argChoices, defaultValue, negate, mandatory }) {
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}` : '';
  const shown = !negate && ['string', 'number'].includes(typeof defaultValue) ? ` (default \`${defaultValue}\`)` : '';
  return `${description}${choices}${shown}${mandatory ? ' **Required.**' : ''}`;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function defaultCell(fallback) {
  if (fallback === undefined) return '–';
  return fallback === '' ? '(empty)' : `\`${fallback}\``;
}

/** `integer 0–65535`, `URL`, `error | warn | info`: what may be given under a dotted path of the schema. */
function typeOf(schema, path) {
  const found = path.split('.').reduce((inner, name) => inner.properties[name], schema);
  if (found.enum) return found.enum.join(' | ');
  if (found.type === 'integer' || found.type === 'number') return `${found.type}${range(found)}`;
  return found.format === 'uri' ? 'URL' : 'text';
}

function range({ minimum, exclusiveMinimum, maximum }) {
  const low = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  const high = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low === undefined || low === Number.MIN_SAFE_INTEGER) return '';
  return high === undefined ? ` ≥ ${low}` : ` ${low}–${high}`;
}

function cell(text) {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

function page(title, lines) {
  return [`# ${title}`, '', BANNER, '', ...lines, ''].join('\n');
}

module.exports = { eventsPage, cliPage, configurationPage, envExample, errorsPage };
