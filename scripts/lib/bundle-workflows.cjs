'use strict';
const fs = require('node:fs');
const { inRoot } = require('./paths.cjs');

async function bundleWorkflows() {
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath: inRoot('dist', 'workflows', 'index.js') });
  const target = inRoot('dist', 'workflow-bundle.js');
  fs.writeFileSync(`${target}.new`, code);
  fs.renameSync(`${target}.new`, target);
}

bundleWorkflows().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
