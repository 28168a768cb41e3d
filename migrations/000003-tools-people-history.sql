-- Up Migration
-- Tools, people, batches, histories: what agent runs need beyond their calls.

ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('agent-run', 'batch'));
ALTER TABLE run ADD COLUMN paused_at timestamptz;      -- since when nothing new starts; status stays what it is
ALTER TABLE run ADD COLUMN history_ref uuid;           -- the finished workflow's history, as an artifact
ALTER TABLE run ADD COLUMN history_note text;          -- why there will never be one (past retention, too large)
ALTER TABLE run ADD COLUMN cancel_requested_at timestamptz; -- kept, so that a cancel outlives a server that is away
ALTER TABLE run ADD COLUMN cancel_passed_on_at timestamptz; -- Temporal has it
ALTER TABLE run_node ADD COLUMN origin_run_id uuid;    -- the earlier run whose call keys its calls keep
CREATE INDEX run_to_cancel ON run (cancel_requested_at) WHERE launch = 'started' AND cancel_requested_at IS NOT NULL AND cancel_passed_on_at IS NULL;
-- Read only when Redis lost its windows: a summary of blocks, which costs a call next to nothing.
CREATE INDEX attempt_sent ON attempt USING brin (sent_at);
CREATE INDEX run_by_parent ON run (parent_run_id) WHERE parent_run_id IS NOT NULL;
ALTER TABLE run ADD COLUMN batch_id uuid REFERENCES run (id), ADD COLUMN batch_position integer; -- its batch, its place there
-- held: a run of a batch whose turn has not come, and only its batch starts it; without a batch: a run that waits to be told
ALTER TABLE run DROP CONSTRAINT run_launch_check;
ALTER TABLE run ADD CONSTRAINT run_launch_check CHECK (launch IN ('held', 'accepted', 'started', 'closed'));
CREATE UNIQUE INDEX run_by_batch ON run (batch_id, batch_position) WHERE batch_id IS NOT NULL;
CREATE INDEX run_without_history ON run (id) WHERE launch = 'closed' AND history_ref IS NULL AND history_note IS NULL;

-- A question or an approval. The row is the truth; the workflow is told of a decision by an update, again and again until
-- it has answered (delivered_at), so neither a person's answer nor a due time is lost while it is away.
CREATE TABLE human_task (
  id            uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  run_id        uuid NOT NULL REFERENCES run (id),
  node          text NOT NULL,
  task_key      text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('question', 'approval')),
  prompt        text NOT NULL,
  details       jsonb NOT NULL DEFAULT '{}',   -- of an approval: the tool and its arguments
  answer_schema jsonb,
  assignee      text,
  on_timeout    text CHECK (on_timeout IN ('reject', 'approve')),  -- of an approval
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'approved', 'rejected', 'expired', 'cancelled')),
  answer        jsonb,
  comment       text,
  decided_by    text,
  decision_key  text,                          -- the Idempotency-Key of the decision
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  due_at        timestamptz,
  remind_every  interval,
  remind_at     timestamptz,
  decided_at    timestamptz,
  delivered_at  timestamptz,
  UNIQUE (run_id, task_key),
  CHECK ((state = 'open') = (decided_at IS NULL)),
  CHECK (kind = 'question' OR state <> 'answered'),
  CHECK (kind = 'approval' OR state NOT IN ('approved', 'rejected'))
);
CREATE INDEX human_task_open ON human_task (tenant_id, id) WHERE state = 'open';
CREATE INDEX human_task_due ON human_task (due_at) WHERE state = 'open' AND due_at IS NOT NULL;
CREATE INDEX human_task_remind ON human_task (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;
CREATE INDEX human_task_undelivered ON human_task (decided_at) WHERE state NOT IN ('open', 'cancelled') AND delivered_at IS NULL;

-- One execution of one tool. A row without a result is one that began: when its tool has side effects and no row of its
-- own says how it ended, it is not repeated.
CREATE TABLE tool_result (
  tool_key       text PRIMARY KEY,             -- {callKey}/tool/{toolIndex}
  tenant_id      text NOT NULL,
  run_id         uuid NOT NULL REFERENCES run (id),
  node           text NOT NULL,
  tool           text NOT NULL,
  arguments_hash text NOT NULL,
  shareable      boolean NOT NULL,             -- a pure tool's result, good for the same arguments anywhere in the tenant
  ok             boolean,
  artifact_ref   uuid,
  shared_from    text,
  begun_by       uuid NOT NULL,                -- who began it: asked again by the same, it is not another try
  began_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at       timestamptz,
  CHECK ((artifact_ref IS NULL) = (ended_at IS NULL) AND (ok IS NULL) = (ended_at IS NULL))
);
CREATE INDEX tool_result_by_run ON tool_result (run_id);
CREATE INDEX tool_result_shared ON tool_result (tenant_id, tool, arguments_hash) WHERE shareable AND ok;

-- begin_tool: to be asked before a tool is executed. `begun`: execute it; `again`: somebody began it before and said nothing
-- since; `ended`: this is the result, its own or (of a pure tool) one for the same arguments.
CREATE FUNCTION begin_tool(p_tenant text, p_run uuid, p_node text, p_key text, p_tool text, p_hash text, p_shareable boolean, p_by uuid)
RETURNS TABLE (state text, ok boolean, ref uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE found_row tool_result; shared tool_result;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM run r WHERE r.id = p_run AND r.tenant_id = p_tenant) THEN
    RAISE EXCEPTION 'begin_tool: there is no run %', p_run USING ERRCODE = 'no_data_found';
  END IF;
  IF p_shareable THEN
    SELECT * INTO shared FROM tool_result t WHERE t.tenant_id = p_tenant AND t.tool = p_tool AND t.arguments_hash = p_hash
    AND t.shareable AND t.ok ORDER BY t.ended_at LIMIT 1;
  END IF;
  INSERT INTO tool_result (tool_key, tenant_id, run_id, node, tool, arguments_hash, shareable, begun_by, ok, artifact_ref, shared_from, ended_at)
  VALUES (p_key, p_tenant, p_run, p_node, p_tool, p_hash, p_shareable, p_by, shared.ok, shared.artifact_ref, shared.tool_key,
          CASE WHEN shared.tool_key IS NOT NULL THEN clock_timestamp() END)
  ON CONFLICT (tool_key) DO NOTHING;
  SELECT * INTO found_row FROM tool_result t WHERE t.tool_key = p_key AND t.tenant_id = p_tenant;
  RETURN QUERY SELECT CASE WHEN found_row.ended_at IS NOT NULL THEN 'ended' WHEN found_row.begun_by = p_by THEN 'begun' ELSE 'again' END,
                      found_row.ok, found_row.artifact_ref;
END $$;

-- end_tool: the result of a tool call and its artifact. The first end stays, and is the answer.
CREATE FUNCTION end_tool(p_tenant text, p_key text, p_ok boolean, p_header jsonb) RETURNS TABLE (ok boolean, ref uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE r tool_result;
BEGIN
  SELECT * INTO r FROM tool_result t WHERE t.tool_key = p_key AND t.tenant_id = p_tenant FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'end_tool: % was not begun', p_key USING ERRCODE = 'no_data_found';
  END IF;
  IF r.ended_at IS NULL THEN
    UPDATE tool_result t SET ok = p_ok, artifact_ref = (SELECT p.ref FROM publish(jsonb_build_array(p_header)) p), ended_at = clock_timestamp()
    WHERE t.tool_key = p_key RETURNING * INTO r;
    PERFORM add_event(r.run_id, 'agent-used-tool', r.node, jsonb_build_object('tool', r.tool, 'ok', p_ok, 'resultRef', r.artifact_ref));
  END IF;
  RETURN QUERY SELECT r.ok, r.artifact_ref;
END $$;

-- Steps that cost nothing: executed beside the workflow, perhaps twice when its task is lost; the first result stays.
CREATE TABLE fast_result (
  fast_key     text PRIMARY KEY,               -- {runId}/{node}
  tenant_id    text NOT NULL,
  run_id       uuid NOT NULL REFERENCES run (id),
  node         text NOT NULL,
  artifact_ref uuid NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX fast_result_by_run ON fast_result (run_id);

-- What programs of people record beside what runs record themselves.
CREATE TABLE monitor_event (
  seq        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  tenant_id  text NOT NULL,
  run_id     uuid REFERENCES run (id),
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  type       text NOT NULL,
  node       text,
  data       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX monitor_event_newest ON monitor_event (tenant_id, at DESC);

-- complete_node: the output of a node without a model. p_headers = the artifacts to publish; p_output = which of them is
-- the node's output. Once: a node that is completed keeps its output, and the answer is that one.
CREATE FUNCTION complete_node(p_tenant text, p_run uuid, p_node text, p_headers jsonb, p_output uuid, p_model text, p_fast_key text)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE found_ref uuid; done boolean;
BEGIN
  PERFORM 1 FROM run r WHERE r.id = p_run AND r.tenant_id = p_tenant FOR NO KEY UPDATE;
  SELECT rn.output_ref, rn.completed_at IS NOT NULL INTO found_ref, done FROM run_node rn
  WHERE rn.run_id = p_run AND rn.tenant_id = p_tenant AND rn.name = p_node FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'complete_node: run % has no node %', p_run, p_node USING ERRCODE = 'no_data_found';
  END IF;
  IF done THEN RETURN found_ref; END IF;
  UPDATE run_node rn SET status = 'completed', reason_code = NULL, reason = NULL, output_ref = p_output, model = p_model,
         waiting_since = NULL, next_try_at = NULL, started_at = coalesce(rn.started_at, clock_timestamp()), completed_at = clock_timestamp()
  WHERE rn.run_id = p_run AND rn.name = p_node;
  IF p_fast_key IS NOT NULL THEN
    INSERT INTO fast_result (fast_key, tenant_id, run_id, node, artifact_ref) VALUES (p_fast_key, p_tenant, p_run, p_node, p_output);
  END IF;
  PERFORM add_event(p_run, 'agent-completed', p_node, jsonb_build_object('outputRef', p_output));
  PERFORM publish(p_headers);
  RETURN p_output;
END $$;

-- reserve_and_send: reserve and mark_sent in one transaction, for calls whose permit is at hand: one commit (and one wait
-- for the disk) less per call. Answers as reserve; who is admitted is marked sent. Idempotent by (callKey, token), too.
CREATE FUNCTION reserve_and_send(p_calls jsonb)
RETURNS TABLE (call_key text, answer text, n integer, epoch bigint, artifact_ref uuid, lease_until timestamptz, lease_left_ms bigint,
               level text, limit_micro_usd bigint, settled_micro_usd bigint, reserved_micro_usd bigint, unknown_micro_usd bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE r record; a attempt%ROWTYPE; admitted jsonb := '[]'; fresh jsonb := '[]'; given text[] := '{}'; sent integer;
BEGIN
  FOR r IN
    SELECT x.*, (SELECT (c->>'token')::uuid FROM jsonb_array_elements(p_calls) c WHERE c->>'callKey' = x.call_key LIMIT 1) AS token FROM reserve(p_calls, true) x
  LOOP
    call_key := r.call_key; answer := r.answer; n := r.n; epoch := r.epoch; artifact_ref := r.artifact_ref; lease_until := r.lease_until;
    lease_left_ms := r.lease_left_ms; level := r.level; limit_micro_usd := r.limit_micro_usd; settled_micro_usd := r.settled_micro_usd;
    reserved_micro_usd := r.reserved_micro_usd; unknown_micro_usd := r.unknown_micro_usd;
    IF answer = 'leased' AND NOT r.call_key = ANY (given) THEN
      -- The reply to this very request was lost: what it marked is found by its token, and gets a whole lease again.
      SELECT * INTO a FROM attempt t WHERE t.call_key = r.call_key AND t.n = r.n;
      IF a.reserve_token = r.token THEN answer := 'admitted'; epoch := a.epoch; lease_left_ms := NULL; END IF;
    END IF;
    IF answer = 'sent' THEN
      answer := 'admitted';
      given := given || r.call_key;
      fresh := fresh || jsonb_build_object('callKey', r.call_key, 'n', r.n, 'epoch', epoch);
    ELSIF answer = 'admitted' THEN
      given := given || r.call_key;
      admitted := admitted || jsonb_build_object('callKey', r.call_key, 'n', r.n, 'epoch', epoch);
    END IF;
    RETURN NEXT;
  END LOOP;
  PERFORM end_waits(fresh);
  IF admitted = '[]' THEN RETURN; END IF;
  PERFORM mark_sent(admitted, (p_calls->0->>'leaseMs')::integer);
  GET DIAGNOSTICS sent = ROW_COUNT;
  IF sent <> jsonb_array_length(admitted) THEN
    RAISE EXCEPTION 'reserve_and_send: % admitted, % marked sent: the lease is too short', jsonb_array_length(admitted), sent
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
END $$;

-- open_task: p_task = {id, taskKey, kind, prompt, details, answerSchema, assignee, onTimeout, dueSeconds, remindEverySeconds}.
-- Once per key: a node that begins again finds its task as it stands. NULL: the run is over, nobody is asked any more.
CREATE FUNCTION open_task(p_tenant text, p_run uuid, p_node text, p_task jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE t human_task%ROWTYPE; opened boolean;
BEGIN
  PERFORM 1 FROM run r WHERE r.id = p_run AND r.tenant_id = p_tenant AND r.launch <> 'closed' FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  INSERT INTO human_task (id, tenant_id, run_id, node, task_key, kind, prompt, details, answer_schema, assignee, on_timeout, due_at, remind_every, remind_at)
  SELECT x.id, p_tenant, p_run, p_node, x."taskKey", x.kind, x.prompt, coalesce(x.details, '{}'), x."answerSchema", x.assignee, x."onTimeout",
         clock_timestamp() + x."dueSeconds" * interval '1 second', x."remindEverySeconds" * interval '1 second',
         clock_timestamp() + x."remindEverySeconds" * interval '1 second'
  FROM jsonb_to_record(p_task) AS x(id uuid, "taskKey" text, kind text, prompt text, details jsonb, "answerSchema" jsonb, assignee text,
    "onTimeout" text, "dueSeconds" double precision, "remindEverySeconds" double precision)
  ON CONFLICT (run_id, task_key) DO NOTHING;
  opened := FOUND;
  SELECT * INTO STRICT t FROM human_task h WHERE h.run_id = p_run AND h.task_key = p_task->>'taskKey';
  IF opened THEN
    PERFORM add_event(p_run, 'task-opened', p_node, jsonb_build_object('taskId', t.id, 'taskKey', t.task_key, 'kind', t.kind, 'dueAt', t.due_at));
  END IF;
  IF t.state = 'open' THEN
    PERFORM note_node(p_tenant, p_run, p_node, jsonb_build_object('status', 'running', 'reasonCode', 'waiting_for_person',
      'reason', CASE t.kind WHEN 'question' THEN 'Waits for a person''s answer.' ELSE 'Waits for a person''s approval.' END));
  END IF;
  RETURN t.state;
END $$;

-- decide_task: the first decision stays. False: there is no such open task.
CREATE FUNCTION decide_task(p_tenant text, p_task uuid, p_state text, p_answer jsonb, p_comment text, p_by text, p_key text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE t human_task%ROWTYPE;
BEGIN
  PERFORM 1 FROM run r WHERE r.id = (SELECT h.run_id FROM human_task h WHERE h.id = p_task AND h.tenant_id = p_tenant) FOR NO KEY UPDATE;
  UPDATE human_task h SET state = p_state, answer = p_answer, comment = p_comment, decided_by = p_by, decision_key = p_key, decided_at = clock_timestamp()
  WHERE h.id = p_task AND h.tenant_id = p_tenant AND h.state = 'open' RETURNING * INTO t;
  IF NOT FOUND THEN RETURN false; END IF;
  IF NOT EXISTS (SELECT 1 FROM human_task h WHERE h.run_id = t.run_id AND h.node = t.node AND h.state = 'open') THEN
    UPDATE run_node rn SET reason_code = NULL, reason = NULL
    WHERE rn.run_id = t.run_id AND rn.name = t.node AND rn.reason_code = 'waiting_for_person' AND rn.completed_at IS NULL;
  END IF;
  PERFORM add_event(t.run_id, 'task-decided', t.node, jsonb_build_object('taskId', t.id, 'taskKey', t.task_key, 'decision', t.state, 'by', t.decided_by));
  RETURN true;
END $$;

-- settle_due_tasks: silence until the due time means what on_timeout says; a question has its agent's fallback, or none.
-- Over all tenants, runs in order, because each decision locks its run. Answers how many.
CREATE FUNCTION settle_due_tasks(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE t record; done integer := 0;
BEGIN
  FOR t IN SELECT d.* FROM (SELECT h.id, h.tenant_id, h.run_id, h.on_timeout FROM human_task h
           WHERE h.state = 'open' AND h.due_at <= clock_timestamp() ORDER BY h.due_at LIMIT p_limit) d ORDER BY d.run_id, d.id LOOP
    IF decide_task(t.tenant_id, t.id, CASE t.on_timeout WHEN 'approve' THEN 'approved' ELSE 'expired' END, NULL, NULL, 'due time', NULL) THEN
      done := done + 1;
    END IF;
  END LOOP;
  RETURN done;
END $$;

-- remind_of_tasks: an event per open task whose reminder is due; the next one follows after the same time.
CREATE FUNCTION remind_of_tasks(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE t record; done integer := 0;
BEGIN
  FOR t IN SELECT d.* FROM (SELECT h.id, h.run_id, h.node, h.assignee, h.due_at FROM human_task h
           WHERE h.state = 'open' AND h.remind_at <= clock_timestamp() ORDER BY h.remind_at LIMIT p_limit) d ORDER BY d.run_id, d.id LOOP
    PERFORM 1 FROM run r WHERE r.id = t.run_id FOR NO KEY UPDATE;
    UPDATE human_task h SET remind_at = clock_timestamp() + h.remind_every
    WHERE h.id = t.id AND h.state = 'open' AND h.remind_at <= clock_timestamp();
    IF FOUND THEN
      PERFORM add_event(t.run_id, 'task-reminder', t.node, jsonb_build_object('taskId', t.id, 'assignee', t.assignee, 'dueAt', t.due_at));
      done := done + 1;
    END IF;
  END LOOP;
  RETURN done;
END $$;

-- raise_budget: a higher limit for one level. Waiting calls find the room by themselves. False: the level does not exist, or
-- the new limit is lower than the present one or than what is held.
CREATE FUNCTION raise_budget(p_tenant text, p_run uuid, p_budget text, p_limit bigint, p_node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE b budget%ROWTYPE;
BEGIN
  SELECT * INTO b FROM budget x WHERE x.id = p_budget AND x.tenant_id = p_tenant AND x.run_id = p_run FOR NO KEY UPDATE;
  IF NOT FOUND OR p_limit < b.limit_micro_usd OR p_limit < b.settled_micro_usd + b.reserved_micro_usd + b.unknown_micro_usd THEN RETURN false; END IF;
  IF p_limit = b.limit_micro_usd THEN RETURN true; END IF;
  UPDATE budget x SET limit_micro_usd = p_limit WHERE x.id = p_budget;
  PERFORM add_event(p_run, 'budget-raised', p_node, jsonb_build_object('budget', p_budget, 'fromMicroUsd', b.limit_micro_usd, 'toMicroUsd', p_limit));
  RETURN true;
END $$;

-- A run that is over asks nobody any more.
CREATE FUNCTION cancel_tasks_of_closed_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE human_task t SET state = 'cancelled', decided_at = clock_timestamp() WHERE t.run_id = NEW.id AND t.state = 'open';
  RETURN NULL;
END $$;
CREATE TRIGGER run_closed AFTER UPDATE OF launch ON run FOR EACH ROW
  WHEN (NEW.launch = 'closed' AND OLD.launch <> 'closed') EXECUTE FUNCTION cancel_tasks_of_closed_run();

-- A batch or a partitioned simulation that is over, also one that was terminated, holds nobody back any more: what never started never will.
CREATE FUNCTION close_held_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM close_run(m.tenant_id, m.id, 'cancelled', 'batch_ended', 'Its batch ended before its turn came.')
  FROM run m WHERE m.batch_id = NEW.id AND m.launch = 'held';
  -- Members of a batch go on alone; a partition would wait for a window that nobody opens. A coordinator that records its own
  -- end (with a seq, unlike close_run) has told them all how to end.
  UPDATE run m SET cancel_requested_at = clock_timestamp()
  WHERE NEW.kind = 'partitioned-simulation' AND NEW.progress_seq = OLD.progress_seq AND m.batch_id = NEW.id AND m.launch = 'started' AND m.cancel_requested_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER batch_closed AFTER UPDATE OF launch ON run FOR EACH ROW
  WHEN (NEW.kind IN ('batch', 'partitioned-simulation') AND NEW.launch = 'closed' AND OLD.launch <> 'closed') EXECUTE FUNCTION close_held_runs();

-- record_progress: what only the workflow knows, applied once by seq. With p_in_order = false the caller sees to that it comes once,
-- and it may come after a later one.
-- p_delta = {status, reasonCode, reason, paused, nodes: [{name, status, reasonCode, reason}], events: [{type, node, data}]}
-- A node that settle completed stays completed; "running" from the workflow is older news than what the node's activity
-- tells (it waits, since when, next try), so it only lifts a pending node.
CREATE FUNCTION record_progress(p_tenant text, p_run uuid, p_seq bigint, p_delta jsonb, p_in_order boolean DEFAULT true) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE terminal boolean := coalesce(p_delta->>'status' IN ('completed', 'partially_completed', 'failed', 'cancelled'), false);
BEGIN
  UPDATE run r SET progress_seq = greatest(r.progress_seq, p_seq), status = coalesce(p_delta->>'status', r.status),
         reason_code = coalesce(p_delta->>'reasonCode', r.reason_code), reason = coalesce(left(p_delta->>'reason', 2000), r.reason),
         launch = CASE WHEN terminal THEN 'closed' ELSE 'started' END,
         started_at = coalesce(r.started_at, clock_timestamp()),
         completed_at = CASE WHEN terminal THEN clock_timestamp() END,
         paused_at = CASE WHEN terminal OR NOT (p_delta->>'paused')::boolean THEN NULL
                          WHEN (p_delta->>'paused')::boolean THEN coalesce(r.paused_at, clock_timestamp())
                          ELSE r.paused_at END
  WHERE r.id = p_run AND r.tenant_id = p_tenant AND (NOT p_in_order OR r.progress_seq < p_seq) AND r.launch <> 'closed';
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE run_node rn SET status = d.status, reason_code = d."reasonCode", reason = left(d.reason, 2000), waiting_since = NULL, next_try_at = NULL,
         started_at = CASE WHEN d.status = 'running' THEN coalesce(rn.started_at, clock_timestamp()) ELSE rn.started_at END,
         completed_at = CASE WHEN d.status IN ('pending', 'running') THEN NULL ELSE clock_timestamp() END
  FROM jsonb_to_recordset(coalesce(p_delta->'nodes', '[]')) AS d(name text, status text, "reasonCode" text, reason text)
  WHERE rn.run_id = p_run AND rn.name = d.name AND rn.status <> 'completed' AND (d.status <> 'running' OR rn.status = 'pending');
  PERFORM add_events(p_run, coalesce(p_delta->'events', '[]'));
  RETURN true;
END $$;

-- Down Migration
DROP TRIGGER batch_closed ON run;
DROP TRIGGER run_closed ON run;
DROP FUNCTION close_held_runs, cancel_tasks_of_closed_run, raise_budget, remind_of_tasks, settle_due_tasks, decide_task, open_task, complete_node;
DROP FUNCTION reserve_and_send, record_progress;
DROP FUNCTION begin_tool, end_tool;
DROP TABLE monitor_event, fast_result, tool_result, human_task;
DROP INDEX attempt_sent, run_without_history, run_by_batch, run_by_parent, run_to_cancel;
ALTER TABLE run_node DROP COLUMN origin_run_id;
ALTER TABLE run DROP COLUMN paused_at, DROP COLUMN history_ref, DROP COLUMN history_note, DROP COLUMN cancel_requested_at, DROP COLUMN cancel_passed_on_at,
  DROP COLUMN batch_id, DROP COLUMN batch_position;
ALTER TABLE run DROP CONSTRAINT run_launch_check;
ALTER TABLE run ADD CONSTRAINT run_launch_check CHECK (launch IN ('accepted', 'started', 'closed'));
ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('agent-run'));
