'use strict';
/* ES5 on purpose: an old Node must be able to read this file and say what is wrong, instead of a syntax error. */
var NEEDED = [20, 19];

/** Ends the process with a clear message when this Node cannot run the project (20.19 is the first to require ESM). */
exports.checkNodeVersion = function checkNodeVersion() {
  var found = process.versions.node.split('.').map(Number);
  if (found[0] > NEEDED[0] || (found[0] === NEEDED[0] && found[1] >= NEEDED[1])) return;
  var needed = NEEDED.join('.');
  console.error('Longhaul needs Node ' + needed + ' or newer; this is ' + process.version + ' at ' + process.execPath);
  console.error('Install a newer one from https://nodejs.org or with your version manager, then try again.');
  process.exit(1);
};
