import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDER = resolve(__dirname, '../../examples/agents');
const INSTALL_MS_MAX = 180_000;

/** A program of `examples/agents`, as the operator would name it. */
export interface ExampleCommand {
  name: string;
  command: string[];
  env: string[];
}

/** Those that this machine can run: Python where it is, LangChain.js where its package is or can be installed. */
export function exampleCommands(): ExampleCommand[] {
  return [...pythonSeller(), ...langchainSeller()];
}

function pythonSeller(): ExampleCommand[] {
  const command = ['python3', resolve(FOLDER, 'python/seller.py')];
  return works('python3', ['--version']) ? [{ name: 'python-seller', command, env: [] }] : missing('python3');
}

function langchainSeller(): ExampleCommand[] {
  const folder = resolve(FOLDER, 'langchain');
  const command = [process.execPath, resolve(folder, 'seller.mjs')];
  const env = ['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'MODEL'];
  const installed = existsSync(resolve(folder, 'node_modules/@langchain/core')) || works('npm', ['ci'], folder);
  return installed ? [{ name: 'langchain-seller', command, env }] : missing('@langchain/core');
}

function works(program: string, args: string[], cwd?: string): boolean {
  try {
    execFileSync(program, args, { cwd, stdio: 'ignore', timeout: INSTALL_MS_MAX });
    return true;
  } catch {
    return false;
  }
}

function missing(what: string): [] {
  process.stderr.write(`\n!! ${what} is not to be had here: the example that needs it is NOT TESTED in this run.\n\n`);
  return [];
}

/** The example that listens; it registers itself before it is ready. @returns what ends it */
export async function startHttpExample(env: NodeJS.ProcessEnv): Promise<() => void> {
  const child = spawn(process.execPath, [resolve(FOLDER, 'http/seller.mjs')], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = () => void child.kill('SIGKILL');
  process.once('exit', end);
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('READY')) return end;
  throw new Error('examples/agents/http ended before it was ready');
}
