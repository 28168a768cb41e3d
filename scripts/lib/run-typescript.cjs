'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

/**
 * Lets this process require TypeScript sources. The benchmarks are no part of the product, so nothing compiles them
 * beforehand; the programs that they measure run from `dist` as always. Types are checked by `npm run check`.
 */
function registerTypeScript() {
  const { transformSync } = require('@swc/core');
  const options = {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
    configFile: false,
    swcrc: false,
  };
  process.setSourceMapsEnabled(true);
  Module._extensions['.ts'] = (module, file) => {
    module._compile(transformSync(fs.readFileSync(file, 'utf8'), { ...options, filename: file }).code, file);
  };
}

module.exports = { registerTypeScript };

/** `run-typescript.cjs FILE.ts [ARGUMENTS]`: for the programs that a benchmark starts. */
if (require.main === module) {
  registerTypeScript();
  process.argv.splice(1, 1);
  require(path.resolve(process.argv[1]));
}
