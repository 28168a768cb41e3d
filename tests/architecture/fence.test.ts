import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finding, GateName } from './fence/gates';
import { findings, npmRun, plantedTree } from './fence/gates';
import type { Violation } from './fence/violations';
import {
  BOUNDARIES,
  BOUNDARIES_ALLOWED,
  BUNDLE,
  BUNDLE_ALLOWED,
  LINT,
  LINT_ALLOWED,
  PURE_TYPES,
  PURE_TYPES_ALLOWED,
} from './fence/violations';

/**
 * A fence that nobody pushes against may have fallen: a renamed folder or a mistyped pattern makes a rule silent for
 * ever. So every rule of every gate is broken here once, alone, and must be caught under its own name.
 */
jest.setTimeout(120_000);

const SUITES: { gate: GateName; caught: Violation[]; allowed: Violation[] }[] = [
  { gate: 'boundaries', caught: BOUNDARIES, allowed: BOUNDARIES_ALLOWED },
  { gate: 'lint', caught: LINT, allowed: LINT_ALLOWED },
  { gate: 'domain', caught: PURE_TYPES, allowed: PURE_TYPES_ALLOWED },
  { gate: 'bundle', caught: BUNDLE, allowed: BUNDLE_ALLOWED },
];

/** All gates at once: each loads its tool for seconds and then answers in hundredths. */
const found = {} as Record<GateName, Finding[][]>;
beforeAll(async () => {
  await Promise.all(
    SUITES.map(async ({ gate, caught, allowed }) => {
      const tree = plantedTree();
      try {
        found[gate] = await findings(gate, tree.path, [...caught, ...allowed]);
      } finally {
        tree.remove();
      }
    }),
  );
});

describe.each(SUITES)('the $gate gate', ({ gate, caught, allowed }) => {
  const rows = caught.map(({ what, rule }, index) => ({ what, rule, index }));
  it.each(rows)('catches: $what, by $rule', ({ rule, index }) => {
    expect(found[gate][index]!.map((finding) => finding.rule)).toContain(rule);
  });

  const legal = allowed.map(({ what }, index) => ({ what, index: caught.length + index }));
  it.each(legal)('lets pass: $what', ({ index }) => {
    expect(found[gate][index]!.filter((finding) => finding.rule !== 'no-orphans')).toEqual([]);
  });
});

it('breaks every rule of the import law at least once', () => {
  const law = require('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };
  const broken = new Set(BOUNDARIES.map((violation) => violation.rule));
  expect(law.forbidden.map((rule) => rule.name).filter((name) => !broken.has(name))).toEqual([]);
});

describe('a gate that cannot run', () => {
  const cases: { gate: GateName; spoil: string }[] = [
    { gate: 'boundaries', spoil: '.dependency-cruiser.cjs' },
    { gate: 'lint', spoil: 'eslint.config.mjs' },
    { gate: 'domain', spoil: 'src/domain/tsconfig.json' },
  ];
  it.each(cases)('$gate does not read as "no violation"', async ({ gate, spoil }) => {
    const tree = plantedTree();
    try {
      writeFileSync(join(tree.path, spoil), 'neither a configuration nor a program {');
      await expect(findings(gate, tree.path, [BOUNDARIES[0]!])).rejects.toThrow(`gate ${gate} did not run`);
    } finally {
      tree.remove();
    }
  });

  it('bundle does not read as "no violation"', async () => {
    const tree = plantedTree();
    try {
      rmSync(join(tree.path, 'src/domain/kernel/hash.ts'));
      await expect(findings('bundle', tree.path, BUNDLE_ALLOWED)).rejects.toThrow('gate bundle did not run');
    } finally {
      tree.remove();
    }
  });
});

describe('the npm scripts that people and CI run', () => {
  const cases: { script: string; violation: Violation; says: string }[] = [
    {
      script: 'boundaries',
      violation: BOUNDARIES.find((row) => row.rule === 'adapters-do-not-meet')!,
      says: 'adapters-do-not-meet',
    },
    {
      script: 'lint',
      violation: LINT.find((row) => row.rule === 'no-restricted-properties')!,
      says: 'Chance is an argument',
    },
    { script: 'types:domain', violation: PURE_TYPES[0]!, says: "Cannot find name 'process'" },
  ];
  it.each(cases)('npm run $script fails and says why', async ({ script, violation, says }) => {
    const tree = plantedTree();
    try {
      for (const [file, code] of Object.entries({ ...violation.with, [violation.file]: violation.code })) {
        mkdirSync(dirname(join(tree.path, file)), { recursive: true });
        writeFileSync(join(tree.path, file), code);
      }
      const { code, output } = await npmRun(script, tree.path);
      expect(output).toContain(says);
      expect(code).not.toBe(0);
    } finally {
      tree.remove();
    }
  });
});
