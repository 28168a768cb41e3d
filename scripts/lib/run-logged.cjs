'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { root, inRoot } = require('./paths.cjs');

const TAIL_LINES = 40;

/**
 * Runs a program in the project's root with its output in `.longhaul/logs/<name>.log`; the log's end is shown only
 * when it fails. @throws Error naming the log.
 */
async function runLogged(name, command, args) {
  const logFile = inRoot('.longhaul', 'logs', `${name}.log`);
  fs.mkdirSync(path.dirname(logFile), { recursive: true });
  const log = fs.openSync(logFile, 'w');
  const outcome = await outcomeOf(spawn(command, args, { cwd: root, stdio: ['ignore', log, log] }));
  fs.closeSync(log);
  if (outcome === 0) return;
  const tail = fs.readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new Error(`${tail}\n\n"${command} ${args.join(' ')}" failed (${outcome}). Its whole output: ${logFile}`);
}

function outcomeOf(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
}

module.exports = { runLogged };
