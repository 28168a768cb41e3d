import type OpenAI from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf, user } from './clients';

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  client = clientOf(server);
});
afterAll(() => server.stop());

type Answer = Record<string, unknown>;

/** As a graph does it: the agent is named in the system message, the outputs of its dependencies stand in the prompt. */
async function ask(agent: string, task: string, ...dependencies: Answer[]): Promise<Answer> {
  const outputs = dependencies.map((output) => JSON.stringify(output)).join('\n');
  const messages = [
    { role: 'system' as const, content: `Agent: ${agent}\nAnswer as JSON.` },
    user(`${task}\n${outputs}`),
  ];
  const { choices } = await client.chat.completions.create({
    model: 'scripted-erp',
    messages,
    response_format: { type: 'json_object' },
    max_tokens: 2000,
  });
  expect(choices[0]!.finish_reason).toBe('stop');
  return JSON.parse(choices[0]!.message.content!) as Answer;
}

const RESUME =
  'Resume:\nAda Brandt, ada.brandt@example.org\n7 years of TypeScript, PostgreSQL and Docker. M.Sc. Computer Science';

describe('people', () => {
  test('parser, screener and scheduler pass one candidate on', async () => {
    const parsed = await ask('resume_parser', RESUME);
    expect(parsed).toMatchObject({
      agent: 'resume_parser',
      name: 'Ada Brandt',
      email: 'ada.brandt@example.org',
      yearsExperience: 7,
      skills: ['TypeScript', 'PostgreSQL', 'Docker'],
    });
    const screened = await ask('candidate_screener', 'Required skills: TypeScript, PostgreSQL, Kubernetes', parsed);
    expect(screened).toMatchObject({
      candidate: 'Ada Brandt',
      matchedSkills: ['TypeScript', 'PostgreSQL'],
      missingSkills: ['Kubernetes'],
      score: 68,
      recommendation: 'interview',
    });
    const scheduled = await ask('interview_scheduler', 'Today is 2026-03-06.', screened);
    expect(scheduled).toMatchObject({
      candidate: 'Ada Brandt',
      status: 'scheduled',
      interviews: [{ date: '2026-03-09' }, { date: '2026-03-11' }],
    });
  });

  test('a candidate without the skills gets a lower score and no interview', async () => {
    const screened = await ask(
      'candidate_screener',
      'Required skills: Rust, Kubernetes',
      await ask('resume_parser', RESUME),
    );
    expect(screened).toMatchObject({ score: 21, recommendation: 'reject' });
    expect(await ask('interview_scheduler', 'Plan.', screened)).toMatchObject({
      status: 'not_scheduled',
      interviews: [],
      notScheduled: [{ candidate: 'Ada Brandt' }],
    });
  });

  test('several résumés at once are ranked', async () => {
    const resumes = [
      { name: 'Bo Li', resume: '2 years of Excel' },
      { name: 'Cy Roe', resume: '9 years of SQL and Python' },
    ];
    const parsed = await ask('resume_parser', JSON.stringify({ resumes }));
    const screened = await ask('candidate_screener', JSON.stringify({ requiredSkills: ['SQL'] }), parsed);
    expect(screened).toMatchObject({ candidate: 'Cy Roe', ranking: [{ candidate: 'Cy Roe' }, { candidate: 'Bo Li' }] });
  });

  test('agents whose names extend a role play it', async () => {
    expect(await ask('resume_parser_alice', RESUME)).toMatchObject({
      agent: 'resume_parser_alice',
      name: 'Ada Brandt',
    });
  });
});

describe('money', () => {
  const invoices = [
    { invoice_id: 'INV-1', vendor: 'Northwind', amount: 1200.5, due_date: '2026-02-10' },
    { invoice_id: 'INV-2', vendor: 'Fabrikam', amount: 8000, due_date: '2026-02-03' },
    { invoice_id: 'INV-3', vendor: 'Contoso', amount: 99999, due_date: '2026-02-20' },
    { invoice_id: 'INV-1', vendor: 'Northwind', amount: 1200.5, due_date: '2026-02-10' },
  ];
  const inputs = { date: '2026-01-30', approvalLimit: 10_000, invoices };

  test('invoices, payments, reconciliation, policies and audit agree to the cent', async () => {
    const processed = await ask('invoice_processor', JSON.stringify(inputs));
    expect(processed).toMatchObject({
      totalCents: 120_050 + 800_000 + 9_999_900,
      approvedCents: 800_000,
      needsReview: ['INV-1', 'INV-3'],
    });
    const paid = await ask('payment_scheduler', 'Today is 2026-01-30.', processed);
    expect(paid).toMatchObject({
      scheduledCents: 800_000,
      invoicedCents: processed['totalCents'],
      payments: [{ invoiceId: 'INV-2', payOn: '2026-02-02', method: 'wire' }],
    });
    const reconciled = await ask('financial_reconciliation', 'Reconcile.', paid);
    expect(reconciled).toMatchObject({
      balanced: true,
      differenceCents: 0,
      invoicedCents: processed['totalCents'],
      byVendor: { Fabrikam: 800_000 },
    });
    const checked = await ask('policy_checker', 'Check.', processed, paid);
    expect(checked).toMatchObject({ compliant: true, paymentsChecked: 1, violations: [] });
    const audit = await ask('audit_report_generator', 'Report for 2026-01-30.', checked, reconciled);
    expect(audit).toMatchObject({
      title: 'Audit report, 2026-01-30',
      opinion: 'unqualified',
      balanced: true,
      totals: { scheduledCents: 800_000 },
    });
  });

  test('a payment that should not be is found by policy check, reconciliation and audit', async () => {
    const processed = await ask('invoice_processor', JSON.stringify(inputs));
    const wrong = {
      payments: [
        { invoiceId: 'INV-3', vendor: 'Contoso', amountCents: 5_000, dueDate: '2026-02-20', payOn: '2026-03-01' },
      ],
    };
    const checked = await ask('policy_checker', 'Check.', processed, wrong);
    const policies = (checked['violations'] as Array<{ policy: string }>).map((violation) => violation.policy);
    expect(policies).toEqual(['paid-only-when-approved', 'paid-in-time', 'amounts-agree']);
    const reconciled = await ask('financial_reconciliation', 'Reconcile.', processed, wrong);
    expect(reconciled).toMatchObject({ balanced: false });
    expect(await ask('audit_report_generator', 'Report.', checked, reconciled)).toMatchObject({
      opinion: 'qualified',
      balanced: false,
    });
  });

  test('without cash payments are deferred, earliest due date first', async () => {
    const processed = await ask(
      'invoice_processor',
      JSON.stringify({ date: '2026-01-30', invoices: invoices.slice(0, 2) }),
    );
    const paid = await ask('payment_scheduler', JSON.stringify({ cashAvailable: 8_500 }), processed);
    expect(paid).toMatchObject({
      payments: [{ invoiceId: 'INV-2' }],
      deferred: [{ invoiceId: 'INV-1', reason: 'not enough cash' }],
      deferredCents: 120_050,
    });
  });

  test('invoices written as text are read too', async () => {
    const processed = await ask(
      'invoice_processor',
      'Invoices:\n- INV-77 from Tailspin Energy, $1,050.25, due 2026-02-01\n- INV-78 from Contoso Freight, USD 80, due 2026-02-05',
    );
    expect(processed).toMatchObject({
      invoiceCount: 2,
      totalCents: 113_025,
      invoices: [{ invoiceId: 'INV-77', vendor: 'Tailspin Energy', dueDate: '2026-02-01' }, { invoiceId: 'INV-78' }],
    });
  });
});

describe('stock', () => {
  const stock = [
    { sku: 'W-1', on_hand: 10, daily_demand: 5, lead_time_days: 7 },
    { sku: 'W-2', on_hand: 50, daily_demand: 5, lead_time_days: 7 },
    { sku: 'W-3', on_hand: 400, daily_demand: 5, lead_time_days: 7 },
  ];
  const suppliers = [
    { name: 'Cheap but slow', skus: ['W-1', 'W-2'], unit_price: 2, lead_time_days: 20, reliability: 0.95 },
    { name: 'Quick', skus: ['W-1', 'W-2'], unit_price: 2.2, lead_time_days: 3, reliability: 0.95 },
  ];

  test('what runs out is reordered and bought, urgent things from who delivers soon', async () => {
    const analysed = await ask('stock_analyzer', JSON.stringify({ stock }));
    expect(analysed).toMatchObject({
      criticalSkus: ['W-1'],
      lowSkus: ['W-2'],
      items: [{ daysOfCover: 2 }, { daysOfCover: 10 }, { daysOfCover: 80, status: 'ok' }],
    });
    const reordered = await ask('reorder_optimizer', 'Optimise.', analysed);
    expect(reordered).toMatchObject({
      reorders: [
        { sku: 'W-1', quantity: 180, urgency: 'now' },
        { sku: 'W-2', quantity: 140 },
      ],
      totalUnits: 320,
    });
    const selected = await ask('supplier_selector', JSON.stringify({ suppliers }), reordered);
    expect(selected).toMatchObject({
      selections: [
        { sku: 'W-1', supplier: 'Quick', lineTotalCents: 180 * 220, alternative: 'Cheap but slow' },
        { sku: 'W-2' },
      ],
      unsourcedSkus: [],
    });
    expect(selected['totalCents']).toBe(
      (selected['selections'] as Array<{ lineTotalCents: number }>).reduce((sum, line) => sum + line.lineTotalCents, 0),
    );
  });

  test('what nobody sells is said to be unsourced', async () => {
    const reorders = { reorders: [{ sku: 'X-9', quantity: 10, urgency: 'now' }] };
    expect(await ask('supplier_selector', JSON.stringify({ suppliers }), reorders)).toMatchObject({
      unsourcedSkus: ['X-9'],
      totalCents: 0,
    });
  });
});

describe('any prompt', () => {
  const roles = [
    'resume_parser',
    'candidate_screener',
    'interview_scheduler',
    'invoice_processor',
    'payment_scheduler',
    'financial_reconciliation',
    'stock_analyzer',
    'reorder_optimizer',
    'supplier_selector',
    'policy_checker',
    'audit_report_generator',
  ];

  test.each(roles)('%s answers with an object even when the prompt holds nothing of use', async (role) => {
    expect(
      await ask(
        role,
        'Begin. {"odd": [null, {"sku": null, "name": 3, "skills": 4, "amount": "many", "invoiceId": {}}]}',
      ),
    ).toMatchObject({ agent: role, reference: expect.stringMatching(/^ERP-/) as string });
  });

  test('an answer fits the schema that was asked for, and keeps what the agent found', async () => {
    const schema = {
      type: 'object',
      properties: {
        skills: { type: 'array', items: { type: 'string' } },
        years_experience: { type: 'integer' },
        level: { enum: ['junior', 'senior'] },
      },
      required: ['skills', 'years_experience', 'level'],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.create({
      model: 'scripted-erp',
      messages: [user(`You are resume_parser.\n${RESUME}`)],
      response_format: { type: 'json_schema', json_schema: { name: 'resume', strict: true, schema } },
    });
    expect(JSON.parse(choices[0]!.message.content!)).toEqual({
      skills: ['TypeScript', 'PostgreSQL', 'Docker'],
      years_experience: 7,
      level: expect.stringMatching(/junior|senior/) as string,
    });
  });

  test('a role in plain words is recognised when no agent is named', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'scripted-erp',
      messages: [user('Act as a stock analyzer for [{"sku":"Z","quantity":1}]')],
    });
    expect(JSON.parse(choices[0]!.message.content!)).toMatchObject({ items: [{ sku: 'Z', status: 'critical' }] });
  });

  test('an unknown agent gets a plain answer about its task', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'scripted-erp',
      messages: [user('Agent: poet\nWrite about rain.')],
    });
    expect(choices[0]!.message.content).toMatch(/^poet has done the task \(ERP-[0-9A-F]{8}\).*rain/);
  });
});
