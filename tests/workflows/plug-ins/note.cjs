'use strict';

/** A tool that changes something outside, as far as its word goes: approvals ask about it. */
exports.tool = {
  name: 'note',
  description: 'Notes that something happened.',
  pure: false,
  sideEffects: true,
  parameters: { type: 'object', properties: {} },
  execute: async () => ({ ok: true, value: 'noted' }),
};
