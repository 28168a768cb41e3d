/** What the interpreter knows; anything else it would only refuse while rendering, after the run has begun. */
export const FILTERS: ReadonlySet<string> = new Set([
  ...['safe', 'tojson', 'string', 'default', 'length', 'items', 'join', 'int', 'float', 'abs', 'bool'],
  ...[
    'list',
    'first',
    'last',
    'reverse',
    'sort',
    'unique',
    'map',
    'selectattr',
    'rejectattr',
    'dictsort',
    'keys',
    'values',
    'get',
  ],
  ...['upper', 'lower', 'title', 'capitalize', 'trim', 'indent', 'replace'],
]);

export const TESTS: ReadonlySet<string> = new Set([
  ...['boolean', 'callable', 'odd', 'even', 'false', 'true', 'none', 'string', 'number', 'integer', 'iterable'],
  ...['mapping', 'sequence', 'lower', 'upper', 'defined', 'undefined'],
]);

/** Names that every template has. No clock (`strftime_now`): a retry must render the same prompt. */
export const GLOBALS: ReadonlySet<string> = new Set([
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'range',
  'namespace',
]);
