'use strict';
const fs = require('node:fs');
const { inRoot } = require('./paths.cjs');

/**
 * What the sandbox never replaces. It looks every global up through a proxy; a constant of the script is found without one:
 * ticks of a world take a fifth less time. Not `Date` and `Math.random`, which are replaced for each workflow.
 */
const BUILT_INS = ['Array', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Set', 'String'];

/** A webpack plugin, so that the lines of source maps are counted with it. */
function readOnce(config) {
  const banner = `const ${BUILT_INS.map((name) => `${name} = globalThis.${name}`).join(', ')};`;
  const apply = (compiler) => new compiler.webpack.BannerPlugin({ banner, raw: true }).apply(compiler);
  return { ...config, plugins: [...(config.plugins ?? []), { apply }] };
}

async function bundleWorkflows() {
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const workflowsPath = inRoot('dist', 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, webpackConfigHook: readOnce });
  const target = inRoot('dist', 'workflow-bundle.js');
  fs.writeFileSync(`${target}.new`, code);
  fs.renameSync(`${target}.new`, target);
}

bundleWorkflows().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
