import { workflowTaskToken } from '../../../../src/adapters/temporal/task-token';

test('a token holds what the server compares, each under its own field', () => {
  const token = workflowTaskToken({
    ...{ namespaceId: 'n', workflowId: 'wf', runId: 'run', attempt: 1 },
    ...{ scheduledEventId: 300, startedEventId: 301, version: 0 },
  });
  const fields = [
    '0a 01 6e', // 1: n
    '12 02 77 66', // 2: wf
    '1a 03 72 75 6e', // 3: run
    '20 ac 02', // 4: 300
    '28 01', // 5: 1
    '50 ad 02', // 10: 301
    '58 00', // 11: 0
  ];
  expect(Buffer.from(token).toString('hex')).toBe(fields.join('').replaceAll(' ', ''));
});
