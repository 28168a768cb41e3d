'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { inRoot } = require('./paths.cjs');

const POLL_MS = 200;

/**
 * Runs `work` while holding the lock `name`, so that two terminals do not install or build at once. The lock is a
 * file with the owner's pid; that of a dead process is taken over. `onWait(pid)` is called once if another holds it.
 */
async function withLock(name, work, onWait = () => {}) {
  const file = inRoot('.longhaul', 'locks', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; !tryTake(file); told = true) {
    if (!told) onWait(ownerOf(file));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function tryTake(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = ownerOf(file);
    // An empty file belongs to somebody who is just writing it, unless it stays empty.
    if (owner === undefined ? ageMs(file) > 5_000 : !isAlive(owner)) fs.rmSync(file, { force: true });
    return false;
  }
}

function ownerOf(file) {
  try {
    return Number(fs.readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined; // released this moment: the caller tries again
  }
}

function ageMs(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? Date.now() - stat.mtimeMs : 0;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // alive, but another user's
  }
}

module.exports = { withLock };
