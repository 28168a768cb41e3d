import { DEFAULT_RETRY_POLICY } from '../../../src/domain/agents/retry';
import { agent, graph, problemsOf, validate, warningsOf } from './graphs';

describe('what is in order', () => {
  test('defaults are filled in', () => {
    expect(validate(graph())).toEqual({
      problems: [],
      warnings: [],
      graph: {
        name: 'g',
        description: '',
        maxParallelAgents: 10,
        costBudgetUsd: 100,
        timeoutSeconds: 3600,
        allowPartialCompletion: true,
        inputs: {},
        agents: [
          {
            name: 'a',
            kind: 'llm',
            module: 'General',
            description: '',
            llmConfig: { model: 'scripted-echo', maxTokens: 1000 },
            promptTemplate: 'Do it.',
            templateSyntax: 'jinja',
            dependencies: [],
            maxRetries: 3,
            retryPolicy: DEFAULT_RETRY_POLICY,
            timeoutSeconds: 300,
            costLimitUsd: 1,
            priority: 5,
            expectedSeconds: 1,
            tools: [],
            maxToolRounds: 8,
          },
        ],
      },
    });
  });

  test('the spelling of the original engine means the same', () => {
    const original = {
      name: 'financial_analysis',
      description: 'Analyze financial data',
      max_parallel_agents: 5,
      cost_budget: 20.0,
      timeout: 1800.0,
      allow_partial_completion: true,
      agents: [
        agent('data_validator'),
        {
          name: 'data_processor',
          module: 'Finance',
          description: 'Process financial data',
          llm_config: {
            model: 'gpt-4',
            temperature: 0.3,
            max_tokens: 1000,
            top_p: 0.9,
            response_format: 'json',
            response_schema: {},
          },
          prompt_template: 'Process the following data: {data}',
          template_syntax: 'braces',
          tools: ['calculator'],
          max_tool_rounds: 3,
          approval: { for: 'side-effects', due_seconds: 60, on_timeout: 'approve' },
          dependencies: ['data_validator'],
          max_retries: 2,
          retry_policy: {
            strategy: 'linear_backoff',
            base_delay: 2.0,
            max_delay: 120.0,
            exponential_base: 3.0,
            jitter: false,
          },
          timeout: 60.0,
          queue_timeout_seconds: 30,
          cost_limit: 0.5,
          priority: 7,
          expected_seconds: 4,
        },
      ],
      inputs: { data: 'x' },
    };
    const { graph: parsed, problems } = validate(original);
    expect(problems).toEqual([]);
    expect(parsed).toMatchObject({ maxParallelAgents: 5, costBudgetUsd: 20, timeoutSeconds: 1800 });
    expect(parsed!.agents[1]).toEqual({
      name: 'data_processor',
      kind: 'llm',
      module: 'Finance',
      description: 'Process financial data',
      llmConfig: {
        model: 'gpt-4',
        temperature: 0.3,
        topP: 0.9,
        maxTokens: 1000,
        responseFormat: 'json',
        responseSchema: {},
      },
      promptTemplate: 'Process the following data: {data}',
      templateSyntax: 'braces',
      dependencies: ['data_validator'],
      maxRetries: 2,
      retryPolicy: {
        strategy: 'linear_backoff',
        baseDelaySeconds: 2,
        maxDelaySeconds: 120,
        exponentialBase: 3,
        jitter: false,
      },
      timeoutSeconds: 60,
      queueTimeoutSeconds: 30,
      costLimitUsd: 0.5,
      priority: 7,
      expectedSeconds: 4,
      tools: ['calculator'],
      maxToolRounds: 3,
      approval: { for: 'side-effects', dueSeconds: 60, onTimeout: 'approve' },
    });
  });

  test('retries named in the policy, as the original did, are the agent’s', () => {
    const { graph: parsed } = validate(graph([agent('a', { retry_policy: { max_retries: 5 } })]));
    expect(parsed!.agents[0]).toMatchObject({ maxRetries: 5, retryPolicy: DEFAULT_RETRY_POLICY });
  });

  test('a response schema asks for JSON', () => {
    const { graph: parsed } = validate(
      graph([agent('a', { llmConfig: { model: 'm', responseSchema: { type: 'object' } } })]),
    );
    expect(parsed!.agents[0]).toMatchObject({ llmConfig: { responseFormat: 'json' } });
  });

  test('a person and a script have no model', () => {
    const { graph: parsed, problems } = validate(
      graph([
        {
          name: 'boss',
          kind: 'human',
          promptTemplate: 'May we?',
          human: { assignee: 'Ada', remind_every_seconds: 60 },
        },
        {
          name: 'sum',
          kind: 'script',
          dependencies: ['boss'],
          script: { tool: 'calculator', arguments: { expression: '{{ boss.content }}' } },
        },
      ]),
    );
    expect(problems).toEqual([]);
    expect(parsed!.agents).toMatchObject([
      { kind: 'human', human: { assignee: 'Ada', remindEverySeconds: 60 }, timeoutSeconds: 300 },
      { kind: 'script', script: { tool: 'calculator', arguments: { expression: '{{ boss.content }}' } } },
    ]);
  });

  test.each([['a'], ['A-1_b'], ['1st'], ['x'.repeat(128)]])('%s is a name', (name) => {
    expect(problemsOf(graph([agent(name)], { name }))).toEqual([]);
  });
});

describe('what is not', () => {
  test.each<[string, unknown, string[]]>([
    ['nothing', null, ['(root): Expected an agent graph (an object), got null.']],
    ['a text', 'graph', ['(root): Expected an agent graph (an object), got "graph".']],
    ['a list', [], ['(root): Expected an agent graph (an object), got a list of 0.']],
    [
      'an empty object',
      {},
      ['name: Required, but missing.', 'agents: Required, but missing: an agent graph needs at least one agent.'],
    ],
    ['no agents', graph([]), ['agents: The list is empty: an agent graph needs at least one agent.']],
    ['agents that are no list', { name: 'g', agents: { a: 1 } }, ['agents: Expected a list of agents, got an object.']],
    ['an agent that is none', graph([7]), ['agents[0]: Expected an agent (an object), got 7.']],
    [
      'an agent without anything',
      graph([{}]),
      [
        'agents[0].name: Required, but missing.',
        'agents[0].llmConfig: Required, but missing.',
        'agents[0].promptTemplate: Required, but missing.',
      ],
    ],
  ])('%s', (_what, raw, expected) => {
    expect(problemsOf(raw)).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a misspelt field',
      { prompt: 'x', promptTemplat: 'x' },
      'agents[0].promptTemplat: Unknown field. Did you mean "promptTemplate"?',
    ],
    [
      'an approval that does not say of what',
      { approval: { for: 'tools' } },
      'agents[0].approval.for: Expected one of "start", "side-effects"; got "tools".',
    ],
    [
      'a kind that there is not',
      { kind: 'robot' },
      'agents[0].kind: Expected one of "llm", "human", "script"; got "robot".',
    ],
    [
      'a tool that there is not',
      { tools: ['calculater'] },
      'agents[0].tools[0]: Tool "calculater" does not exist. Known tools: calculator, extract, lookup, summarize, transform, http_get, artifact_read. Did you mean "calculator"?',
    ],
    ['rounds without end', { maxToolRounds: 100 }, 'agents[0].maxToolRounds: Expected at most 64, got 100.'],
    [
      'a tool of the original',
      { tools: [{ name: 'sum', parameters: {} }] },
      'agents[0].tools[0]: Expected a text, got an object.',
    ],
    ['tools that are no list', { tools: 'x' }, 'agents[0].tools: Expected a list, got "x".'],
    [
      'an unknown module',
      { module: 'Fnance' },
      'agents[0].module: Expected one of "HR", "Finance", "Inventory", "Compliance", "General"; got "Fnance". Did you mean "Finance"?',
    ],
    ['priority 0', { priority: 0 }, 'agents[0].priority: Expected at least 1, got 0.'],
    ['priority 11', { priority: 11 }, 'agents[0].priority: Expected at most 10, got 11.'],
    ['priority 1.5', { priority: 1.5 }, 'agents[0].priority: Expected a whole number, got 1.5.'],
    ['priority as text', { priority: '5' }, 'agents[0].priority: Expected a number, got "5".'],
    ['no cost', { costLimitUsd: 0 }, 'agents[0].costLimitUsd: Expected at least 0.000001, got 0.'],
    ['negative cost', { cost_limit: -1 }, 'agents[0].cost_limit: Expected at least 0.000001, got -1.'],
    ['no time', { timeoutSeconds: 0 }, 'agents[0].timeoutSeconds: Expected more than 0, got 0.'],
    ['milliseconds', { timeout: 300_000 }, 'agents[0].timeout: Expected at most 86400, got 300000.'],
    ['negative retries', { maxRetries: -1 }, 'agents[0].maxRetries: Expected at least 0, got -1.'],
    ['NaN', { expectedSeconds: NaN }, 'agents[0].expectedSeconds: NaN is not a number that JSON knows.'],
    ['Infinity', { costLimitUsd: Infinity }, 'agents[0].costLimitUsd: Infinity is not a number that JSON knows.'],
    ['null', { description: null }, 'agents[0].description: Expected a text, got null.'],
    ['an empty template', { promptTemplate: '' }, 'agents[0].promptTemplate: Expected a text, got an empty one.'],
    [
      'a large template',
      { promptTemplate: 'ä'.repeat(32_769) },
      'agents[0].promptTemplate: A template of 65538 bytes; at most 65536 are allowed.',
    ],
    [
      'a long description',
      { description: 'x'.repeat(5_000) },
      'agents[0].description: A text of 5000 characters; at most 4096 are allowed.',
    ],
    [
      'a broken template',
      { promptTemplate: '{{ a' },
      'agents[0].promptTemplate: The template cannot be parsed: Unexpected end of input.',
    ],
    [
      'an unknown strategy',
      { retryPolicy: { strategy: 'exponential' } },
      'agents[0].retryPolicy.strategy: Expected one of "exponential_backoff", "linear_backoff", "constant_delay", "immediate"; got "exponential".',
    ],
    [
      'a field of the policy',
      { retry_policy: { delay: 1 } },
      'agents[0].retry_policy.delay: Unknown field. Known: strategy, baseDelaySeconds, maxDelaySeconds, exponentialBase, jitter.',
    ],
    [
      'an endless wait',
      { retry_policy: { max_delay: 1e9 } },
      'agents[0].retry_policy.max_delay: Expected at most 3600, got 1000000000.',
    ],
    [
      'both spellings',
      { timeout: 5, timeoutSeconds: 5 },
      'agents[0].timeoutSeconds: "timeoutSeconds" and "timeout" mean the same field and both are given. Keep one.',
    ],
    [
      'retries twice',
      { maxRetries: 1, retryPolicy: { max_retries: 1 } },
      'agents[0].retryPolicy.max_retries: The number of retries is given here and for the agent itself. Keep one.',
    ],
    [
      'temperature 2.1',
      { llmConfig: { model: 'm', temperature: 2.1 } },
      'agents[0].llmConfig.temperature: Expected at most 2, got 2.1.',
    ],
    [
      'too many tokens',
      { llm_config: { model: 'm', max_tokens: 1e7 } },
      'agents[0].llm_config.max_tokens: Expected at most 1000000, got 10000000.',
    ],
    ['no model', { llm_config: {} }, 'agents[0].llm_config.model: Required, but missing.'],
    [
      'text with a schema',
      { llmConfig: { model: 'm', responseFormat: 'text', responseSchema: {} } },
      'agents[0].llmConfig.responseFormat: A responseSchema needs `json`, got "text".',
    ],
    [
      'a schema that is none',
      { llmConfig: { model: 'm', responseSchema: { type: 'objekt' } } },
      'agents[0].llmConfig.responseSchema: Not a valid JSON Schema: schema is invalid: data/type must be equal to one of the allowed values, data/type must be array, data/type must match a schema in anyOf',
    ],
    [
      'itself as dependency',
      { dependencies: ['a'] },
      'agents[0].dependencies[0]: Agent "a" depends on itself. Take it out of its own dependencies.',
    ],
    ['a number as dependency', { dependencies: [1] }, 'agents[0].dependencies[0]: Expected a text, got 1.'],
  ])('%s', (_what, fields, expected) => {
    expect(problemsOf(graph([agent('a', fields)]))).toContain(expected);
  });

  test.each<[string, string]>([
    ['', 'Expected a name, got an empty text.'],
    ['x'.repeat(129), 'A name of 129 characters; at most 128 are allowed.'],
    [
      'a b',
      '"a b" holds characters other than letters, digits, "_" and "-". Names become parts of ids and of templates, where other characters mean something.',
    ],
    [
      'a/b',
      '"a/b" holds characters other than letters, digits, "_" and "-". Names become parts of ids and of templates, where other characters mean something.',
    ],
    [
      'é',
      '"é" holds characters other than letters, digits, "_" and "-". Names become parts of ids and of templates, where other characters mean something.',
    ],
    ['__proto__', 'The name "__proto__" is refused, because it can reach an object\'s prototype. Choose another name.'],
    [
      'constructor',
      'The name "constructor" is refused, because it can reach an object\'s prototype. Choose another name.',
    ],
    ['inputs', 'The name "inputs" is taken: it has a meaning of its own in templates. Choose another name.'],
    ['true', 'The name "true" is taken: it has a meaning of its own in templates. Choose another name.'],
  ])('the name %j', (name, expected) => {
    expect(problemsOf(graph([agent(name)]))).toEqual([`agents[0].name: ${expected}`]);
  });

  test('all problems come at once, in every part, with the spelling of the reader', () => {
    const raw = {
      name: 'my graph',
      max_parallel_agents: 0,
      costbudget: 5,
      agents: [
        agent('a', { dependencies: ['b', 'c', 'd'], llm_config: { model: 1 }, priority: 12 }),
        agent('b', { dependencies: ['a'] }),
        agent('b', { promptTemplate: '{{ a.content }}' }),
      ],
    };
    expect(problemsOf(raw)).toEqual([
      'name: "my graph" holds characters other than letters, digits, "_" and "-". Names become parts of ids and of templates, where other characters mean something.',
      'max_parallel_agents: Expected at least 1, got 0.',
      'costbudget: Unknown field. Did you mean "costBudgetUsd"?',
      'agents[0].priority: Expected at most 10, got 12.',
      'agents[0].llm_config.model: Expected a text, got 1.',
      'agents[2].name: The name "b" is taken by agents[1]. Names are unique within a graph.',
      'agents[0].dependencies[1]: Agent "a" depends on "c", which does not exist. Known agents: b.',
      'agents[0].dependencies[2]: Agent "a" depends on "d", which does not exist. Known agents: b.',
      'agents[0].dependencies[0]: Dependency cycle: a → b → a (read "→" as "depends on"). Take one of these dependencies out.',
      'agents[2].promptTemplate: The template names "a", which is no dependency of this agent. Add "a" to its dependencies.',
    ]);
  });
});

describe('what is allowed, but doubtful', () => {
  test('limits that can never bind', () => {
    expect(
      warningsOf(
        graph([agent('a', { costLimitUsd: 9, timeoutSeconds: 60 })], { costBudgetUsd: 5, timeoutSeconds: 30 }),
      ),
    ).toEqual([
      'agents[0]: Agent "a" may take 60 s, but the whole run ends after 30 s.',
      'agents[0]: Agent "a" may cost $9, but the whole run only $5.',
    ]);
  });

  test('an answer in JSON that nobody asks the model for', () => {
    const llmConfig = { model: 'm', responseFormat: 'json' };
    expect(warningsOf(graph([agent('a', { llmConfig })]))).toEqual([
      'agents[0].promptTemplate: The answer must be JSON, but no message says so; OpenAI refuses such requests. Write "Answer with JSON" into the prompt, or give a responseSchema.',
    ]);
    expect(warningsOf(graph([agent('a', { llmConfig, promptTemplate: 'Answer with JSON.' })]))).toEqual([]);
  });

  test('a batch in a run that ends before it, and a word on batches where there is none', () => {
    const day = { timeoutSeconds: 86_400 };
    expect(warningsOf(graph([agent('a', { delivery: 'batch' })]))).toEqual([
      'agents[0].delivery: A batch may take a day, but the run ends after 3600 s. Give it a timeoutSeconds of 86400 or more.',
    ]);
    expect(warningsOf(graph([agent('a', { delivery: 'batch', whenBatchExpires: 'requeue' })], day))).toEqual([]);
    expect(warningsOf(graph([agent('a', { whenBatchExpires: 'sync' })]))).toEqual([
      'agents[0].whenBatchExpires: Agent "a" says what follows when its batch expires, but its delivery is not `batch`.',
    ]);
  });

  test('a lone {name} under Jinja', () => {
    expect(warningsOf(graph([agent('a', { promptTemplate: 'Process {data}' })]))).toEqual([
      'agents[0].promptTemplate: "{data}" is plain text to Jinja. Write {{ data }}, or set templateSyntax to braces.',
    ]);
  });
});
