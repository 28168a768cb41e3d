import { ApiProblem } from '../../../../src/client/api-client';
import { problemOf } from '../../../../src/cli/http/as-given';

const refused = (...paths: string[]) =>
  new ApiProblem(
    422,
    'InvalidRequest',
    `Body: ${paths.length} problem(s) found; see \`problems\`.`,
    paths.map((path) => ({ path, message: 'No.' })),
  );
const told = ({ message, problems }: ApiProblem) => [message, ...problems.map(({ path }) => path)];

describe('what is wrong with a request, as its author gave it', () => {
  it('is in the file, by its fields', () => {
    expect(told(problemOf({ file: 'market.yaml' }, refused('ticks', 'agents[0].bot')))).toEqual([
      ...['market.yaml: 2 problem(s) found.', 'ticks', 'agents[0].bot'],
    ]);
  });

  it('is in the option that won over the file', () => {
    const given = { file: 'market.yaml', options: { ticks: '--ticks', 'scenario.fees': '--set fees' } };
    expect(told(problemOf(given, refused('ticks', 'ticksMax', 'scenario.fees.rate', 'scenario')))).toEqual([
      ...['market.yaml: 4 problem(s) found.', '--ticks', 'ticksMax', '--set fees.rate', 'scenario'],
    ]);
    expect(told(problemOf(given, refused('ticks')))).toEqual(['Options: 1 problem(s) found.', '--ticks']);
    expect(told(problemOf({}, refused('limit')))).toEqual(['Options: 1 problem(s) found.', 'limit']);
  });

  it('is the file that cannot be read, and everything else as the API says it', () => {
    const malformed = new ApiProblem(400, 'MalformedBody', 'The request body is not valid yaml: line 2.');
    expect(told(problemOf({ file: 'g.yaml' }, malformed))).toEqual(['g.yaml is not valid yaml: line 2.']);
    const missing = new ApiProblem(404, 'NotFound', 'Scenario "x" does not exist.');
    expect(problemOf({ file: 'g.yaml' }, missing)).toBe(missing);
  });
});
