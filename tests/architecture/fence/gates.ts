import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Violation } from './violations';

export type GateName = 'boundaries' | 'lint' | 'domain' | 'bundle';
export interface Finding {
  rule: string;
  message: string;
}

const ROOT = resolve(__dirname, '../../..');
const CONFIGURATION = [
  'package.json',
  'tsconfig.json',
  '.dependency-cruiser.cjs',
  'eslint.config.mjs',
  '.prettierrc.json',
  '.prettierignore',
  'src/domain/tsconfig.json',
];

/**
 * A small tree under the project's own configuration, with its kernel as ballast. Small, because every tool reads the
 * whole tree before it judges one file.
 */
export function plantedTree(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'fence-'));
  for (const file of [...CONFIGURATION, 'src/domain/kernel']) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    cpSync(join(ROOT, file), join(path, file), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What the gate finds in each violation, planted alone. Rejects when the tool itself fails. */
export async function findings(gate: GateName, tree: string, violations: Violation[]): Promise<Finding[][]> {
  const child = spawn(process.execPath, [join(__dirname, 'run-gate.mjs'), gate, tree], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(JSON.stringify(violations));
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.on('close', done)),
  ]);
  if (code !== 0) throw new Error(`gate ${gate} did not run (exit ${String(code)}): ${err}`);
  return JSON.parse(out) as Finding[][];
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

/** Runs one of the project's npm scripts in the tree, as a person would. */
export function npmRun(script: string, tree: string): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile('npm', ['run', '--silent', script], { cwd: tree }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}
