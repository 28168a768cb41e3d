// One gate as a library, in a process of its own: plants each violation in turn, asks the gate about that file only,
// takes it away again. Loading a tool costs a second or two, a question a few hundredths, so the process serves them all.
//
//   node run-gate.mjs GATE TREE < [{file, code, with?: {file: code}}]   →   [[{rule, message}]] on stdout
//
// A tool that cannot run exits non-zero with its reason: silence must never read as "no violation".
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const GATES = { boundaries, lint, domain, bundle };

async function boundaries() {
  const { cruise } = await import('dependency-cruiser');
  const { default: extractOptions } = await import('dependency-cruiser/config-utl/extract-depcruise-options');
  const { default: extractTsConfig } = await import('dependency-cruiser/config-utl/extract-ts-config');
  const options = await extractOptions(join(process.cwd(), '.dependency-cruiser.cjs'));
  const tsConfig = extractTsConfig('tsconfig.json');
  return async (file) => {
    const { output } = await cruise([file], structuredClone(options), undefined, { tsConfig });
    if (!output.modules.some((module) => module.source === file))
      throw new Error(`dependency-cruiser did not read ${file}`);
    return (
      output.summary.violations
        // A cycle is reported once, from whichever of its files came first.
        .filter((violation) => violation.from === file || violation.cycle?.some((step) => step.name === file))
        .map((violation) => ({ rule: violation.rule.name, message: `${violation.from} → ${violation.to}` }))
    );
  };
}

async function lint() {
  const { ESLint } = await import('eslint');
  const eslint = new ESLint();
  return async (file) => {
    const [result] = await eslint.lintFiles([file]);
    const fatal = result.messages.find((message) => message.fatal || message.ruleId === null);
    if (fatal) throw new Error(`ESLint could not judge ${file}: ${fatal.message}`);
    return result.messages.map((message) => ({ rule: message.ruleId, message: message.message }));
  };
}

async function domain() {
  const { default: ts } = await import('typescript');
  const config = ts.getParsedCommandLineOfConfigFile(
    'src/domain/tsconfig.json',
    { noEmit: true, incremental: false, tsBuildInfoFile: undefined },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  if (config.errors.length > 0) throw new Error(ts.flattenDiagnosticMessageText(config.errors[0].messageText, '\n'));
  let program;
  return async (file) => {
    program = ts.createProgram([file], config.options, undefined, program);
    return ts.getPreEmitDiagnostics(program).map((diagnostic) => ({
      rule: `TS${diagnostic.code}`,
      message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    }));
  };
}

async function bundle() {
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  return async (file) => {
    let log = '';
    const keep = (message) => (log += message);
    const drop = () => undefined;
    const logger = { trace: drop, debug: drop, info: drop, warn: keep, error: keep, log: drop };
    try {
      await bundleWorkflowCode({ workflowsPath: join(process.cwd(), file), logger });
      return [];
    } catch (error) {
      // Any other failure (a file that is missing, a broken webpack) is the tool's, not the violation's.
      const said = `${error.message}\n${log}`;
      if (!/disallowed modules|Reading from "node:/.test(said)) throw new Error(said, { cause: error });
      return [{ rule: 'bundle', message: said }];
    }
  };
}

function plant(files) {
  for (const [file, code] of Object.entries(files)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  return () => Object.keys(files).forEach((file) => rmSync(file));
}

const [gate, tree] = process.argv.slice(2);
const violations = JSON.parse(readFileSync(0, 'utf8'));
process.chdir(tree);
const ask = await GATES[gate]();
const findings = [];
for (const { file, code, with: companions = {} } of violations) {
  const uproot = plant({ ...companions, [file]: code });
  findings.push(await ask(file));
  uproot();
}
process.stdout.write(JSON.stringify(findings));
