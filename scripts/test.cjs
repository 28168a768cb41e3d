'use strict';
require('./lib/node-version.cjs').checkNodeVersion();
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { root } = require('./lib/paths.cjs');
const { install } = require('./lib/install.cjs');
const { build } = require('./build.cjs');

/** Installs and builds what is missing, runs all suites (or what the arguments select), and ends with one line of sums. */
async function main(args) {
  await install();
  await build();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'longhaul-jest-'));
  const report = path.join(folder, 'report.json');
  const code = await runJest(['--json', `--outputFile=${report}`, ...args], report);
  const { passed, failed: counted, secondTries } = sums(report);
  // Whatever else made jest fail (a leak, a broken set-up) is a failure too.
  const failed = code !== 0 && counted === 0 ? 1 : counted;
  fs.rmSync(folder, { recursive: true, force: true });
  for (const name of secondTries) console.log(`second try: ${name}`);
  console.log(`tests: ${passed} passed, ${failed} failed`);
  process.exitCode = code === 0 && failed === 0 && passed > 0 ? 0 : code || 1;
}

/** Jest writes its report last; whatever is still open after this was left open by a suite. */
const LEAK_MS = 20_000;

/** Jest's own stdout is the report once more: dropped. What people read goes to stderr. */
function runJest(args, report) {
  const jest = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
    cwd: root,
    env: { ...process.env, LONGHAUL_SECOND_TRY: '1' },
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));
  const watch = setInterval(() => {
    if (!fs.existsSync(report)) return;
    clearInterval(watch);
    setTimeout(() => endLeaking(jest), LEAK_MS).unref();
  }, 1_000);
  return new Promise((resolve) =>
    jest.once('close', (code, signal) => {
      clearInterval(watch);
      resolve(signal ? 130 : (code ?? 1));
    }),
  );
}

/** A leak is a failure, and must not keep a CI machine until somebody looks. */
function endLeaking(jest) {
  console.error('All suites have ended, but jest has not: one of them left a process, a timer or a socket open.');
  jest.kill('SIGKILL');
}

/** A suite that does not even load counts as one failed test; without a report nothing passed. */
function sums(report) {
  if (!fs.existsSync(report)) return { passed: 0, failed: 0, secondTries: [] };
  const result = JSON.parse(fs.readFileSync(report, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    secondTries: result.testResults.flatMap(triedAgain),
  };
}

/** A test that passes the second time only hangs on a clock or on chance: a defect of the test, or of what it tests. */
function triedAgain({ name, assertionResults }) {
  return assertionResults
    .filter(({ invocations }) => invocations > 1)
    .map(({ fullName, status }) => `${path.relative(root, name)}: ${fullName} (${status})`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  console.log('tests: 0 passed, 0 failed');
  process.exitCode = 1;
});
