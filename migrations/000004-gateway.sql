-- Up Migration
-- The gateway complete: what calls share, how they are delivered, what is recorded of them.

-- ── micro-batches: identical requests share one call ─────────────────────────────────────────────────────────────

CREATE INDEX call_result_shared ON call_result (tenant_id, shared_from) WHERE shared_from IS NOT NULL;

-- settle_shared: what calls take from an equal call of their batch, which was sent to the provider and booked.
-- p_results = [{callKey, tenant, runId, node, sharedFrom, sharedN, requestHash, outcome: answered | failed, model, finishReason,
--   inputTokens, outputTokens, artifactRef, artifacts: [header…], failureClass, failure,
--   patch: {status, outputRef, nextTryMs, reasonCode, reason}}].
-- Answers: shared | failed – done now or before | stored – the call has another result, which stays | open – an attempt of
-- it is under way (its settlement would meet a second result). Nothing is posted: who shares pays nothing.
-- Idempotent by call key; a failure by (call key, attempt it was shared from).
CREATE FUNCTION settle_shared(p_results jsonb) RETURNS TABLE (call_key text, answer text, artifact_ref uuid, model_failures integer)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE
  s record; stored call_result%ROWTYPE; source text; headers jsonb := '[]';
BEGIN
  PERFORM lock_calls(ARRAY(SELECT x->>'callKey' FROM jsonb_array_elements(p_results) x));
  PERFORM lock_runs(ARRAY(SELECT DISTINCT (x->>'runId')::uuid FROM jsonb_array_elements(p_results) x));
  FOR s IN
    SELECT x.* FROM jsonb_to_recordset(p_results) AS x("callKey" text, tenant text, "runId" uuid, node text, "sharedFrom" text,
      "sharedN" integer, "requestHash" text, outcome text, model text, "finishReason" text, "inputTokens" bigint, "outputTokens" bigint,
      "artifactRef" uuid, artifacts jsonb, "failureClass" text, failure text, patch jsonb)
    ORDER BY x."callKey"
  LOOP
    call_key := s."callKey"; artifact_ref := NULL; model_failures := NULL;
    source := s."sharedFrom" || '#' || s."sharedN";
    SELECT * INTO stored FROM call_result r WHERE r.call_key = s."callKey";
    IF stored.tenant_id <> s.tenant OR EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = s."callKey" AND t.tenant_id <> s.tenant)
       OR NOT EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = s."sharedFrom" AND t.n = s."sharedN" AND t.tenant_id = s.tenant
                      AND t.state NOT IN ('reserved', 'sent')) THEN
      RAISE EXCEPTION 'settle_shared %: % is no ended attempt of its tenant', s."callKey", source USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF stored.call_key IS NOT NULL THEN
      answer := CASE WHEN stored.artifact_ref = s."artifactRef" THEN 'shared' ELSE 'stored' END; artifact_ref := stored.artifact_ref;
      RETURN NEXT; CONTINUE;
    ELSIF EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = s."callKey" AND t.state IN ('reserved', 'sent')) THEN
      answer := 'open';
      RETURN NEXT; CONTINUE;
    END IF;

    IF s.outcome = 'answered' THEN
      answer := 'shared'; artifact_ref := s."artifactRef"; headers := headers || coalesce(s.artifacts, '[]');
      INSERT INTO call_result (call_key, tenant_id, run_id, node, n, artifact_ref, request_hash, model, finish_reason, input_tokens, output_tokens, cost_micro_usd, shared_from)
      VALUES (s."callKey", s.tenant, s."runId", s.node, s."sharedN", s."artifactRef", s."requestHash", s.model, s."finishReason",
              s."inputTokens", s."outputTokens", 0, s."sharedFrom");
      UPDATE run_node rn SET calls = rn.calls + 1 WHERE rn.run_id = s."runId" AND rn.name = s.node;
      PERFORM add_event(s."runId", 'call-shared', s.node, jsonb_build_object('call', s."callKey", 'sharedFrom', s."sharedFrom", 'model', s.model));
    ELSE
      answer := 'failed';
      IF EXISTS (SELECT 1 FROM run_event e WHERE e.run_id = s."runId" AND e.type = 'shared-call-failed' AND e.data->>'call' = s."callKey"
                 AND e.data->>'attempt' = source) THEN
        s.patch := NULL;
      ELSE
        UPDATE run_node rn SET model_failures = rn.model_failures + 1
        WHERE rn.run_id = s."runId" AND rn.name = s.node AND s."failureClass" IS DISTINCT FROM 'unreachable';
        PERFORM add_event(s."runId", 'shared-call-failed', s.node, jsonb_build_object('call', s."callKey", 'attempt', source,
          'failureClass', s."failureClass", 'failure', left(s.failure, 500)));
      END IF;
    END IF;

    IF s.patch IS NOT NULL AND s.patch <> 'null' THEN
      UPDATE run_node rn SET
        status = coalesce(s.patch->>'status', rn.status),
        reason_code = s.patch->>'reasonCode', reason = left(s.patch->>'reason', 2000),
        output_ref = coalesce((s.patch->>'outputRef')::uuid, rn.output_ref),
        model = coalesce(s.model, rn.model), waiting_since = NULL, started_at = coalesce(rn.started_at, clock_timestamp()),
        next_try_at = clock_timestamp() + (s.patch->>'nextTryMs')::bigint * interval '1 ms',
        completed_at = CASE WHEN s.patch->>'status' = 'completed' THEN clock_timestamp() END
      WHERE rn.run_id = s."runId" AND rn.name = s.node AND rn.completed_at IS NULL;
      IF FOUND AND s.patch->>'status' = 'completed' THEN
        PERFORM add_event(s."runId", 'agent-completed', s.node, jsonb_build_object('outputRef', s.patch->>'outputRef'));
      END IF;
    END IF;
    SELECT rn.model_failures INTO model_failures FROM run_node rn WHERE rn.run_id = s."runId" AND rn.name = s.node;
    RETURN NEXT;
  END LOOP;
  PERFORM publish(headers);
END $$;

-- ── delivery: background ──────────────────────────────────────────────────────────────────────────────────────────

-- response_id: what the provider calls the answer that it makes for this attempt; response_over: asking for it again brings
-- nothing. reserve answers `resume` for an attempt that has the one and not the other; taken_over counts its owners after the first.
ALTER TABLE attempt ADD COLUMN response_id text, ADD COLUMN response_over boolean NOT NULL DEFAULT false,
  ADD COLUMN taken_over integer NOT NULL DEFAULT 0;

-- note_response: the first thing that is heard of a background response. False: the attempt is no longer this owner's.
CREATE FUNCTION note_response(p_call_key text, p_n integer, p_epoch bigint, p_response_id text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE attempt t SET response_id = p_response_id
  WHERE t.call_key = p_call_key AND t.n = p_n AND t.epoch = p_epoch AND t.state = 'sent';
  RETURN FOUND;
END $$;

-- end_response: it ended without an answer, or the provider no longer has it. By its owner, before the attempt is booked.
CREATE FUNCTION end_response(p_call_key text, p_n integer, p_epoch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE attempt t SET response_over = true WHERE t.call_key = p_call_key AND t.n = p_n AND t.epoch = p_epoch;
  RETURN FOUND;
END $$;

-- take_over: a new owner for an attempt that reserve answered `resume` for: sent again, under a new epoch, and what it holds
-- as unknown becomes its reservation. No row: somebody else has it, or it is no longer to be had. Idempotent by token.
CREATE FUNCTION take_over(p_call_key text, p_n integer, p_tenant text, p_owner text, p_token uuid, p_lease_ms integer)
RETURNS TABLE (epoch bigint, response_id text, price_version text)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE a attempt%ROWTYPE;
BEGIN
  PERFORM lock_calls(ARRAY[p_call_key]);
  PERFORM lock_attempts(jsonb_build_array(jsonb_build_object('callKey', p_call_key, 'n', p_n)));
  SELECT * INTO a FROM attempt t WHERE t.call_key = p_call_key AND t.n = p_n AND t.tenant_id = p_tenant;
  IF a.state = 'unknown' AND a.response_id IS NOT NULL AND NOT a.response_over THEN
    UPDATE budget b SET unknown_micro_usd = b.unknown_micro_usd - r.estimate_micro_usd, reserved_micro_usd = b.reserved_micro_usd + r.estimate_micro_usd
    FROM reservation r WHERE r.call_key = a.call_key AND r.n = a.n AND b.id = r.budget_id;
    PERFORM post_ledger(a, 'unknown', -a.estimate_micro_usd);
    UPDATE attempt t SET state = 'sent', owner = p_owner, epoch = e.epoch, sent_epoch = e.epoch, reserve_token = p_token, closed_at = NULL,
           lease_until = clock_timestamp() + p_lease_ms * interval '1 ms', taken_over = t.taken_over + 1, failure_class = NULL, failure = NULL
    FROM (SELECT nextval('attempt_epoch') AS epoch) e WHERE t.call_key = a.call_key AND t.n = a.n;
    IF a.run_id IS NOT NULL THEN
      PERFORM add_event(a.run_id, 'attempt-resumed', a.node, jsonb_build_object('attempt', a.call_key || '#' || a.n));
    END IF;
  END IF;
  RETURN QUERY SELECT t.epoch, t.response_id, t.price_version FROM attempt t
    WHERE t.call_key = p_call_key AND t.n = p_n AND t.tenant_id = p_tenant AND t.state = 'sent' AND t.reserve_token = p_token;
END $$;

-- ── ledger: levels, usage, forecasts ──────────────────────────────────────────────────────────────────────────────

-- set_budget: the limit of a level that belongs to no run, `tenant:{t}` or `experiment:{t}/{id}` below it; made when it is not there.
-- A new level of the tenant is put above what is open: runs hold its advisory lock while they are made, so none escapes.
-- What was reserved before is not counted on it. False: the limit is lower than what is spent or held.
CREATE FUNCTION set_budget(p_tenant text, p_id text, p_limit bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE tenant_level text := 'tenant:' || p_tenant;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(tenant_level, 1));
  INSERT INTO budget (id, tenant_id, parent_id, limit_micro_usd)
  VALUES (p_id, p_tenant, (SELECT b.id FROM budget b WHERE b.id = tenant_level AND b.id <> p_id), p_limit) ON CONFLICT DO NOTHING;
  IF FOUND THEN
    IF p_id = tenant_level THEN PERFORM adopt_levels(p_tenant, p_id); END IF;
    RETURN true;
  END IF;
  UPDATE budget b SET limit_micro_usd = p_limit
  WHERE b.id = p_id AND b.tenant_id = p_tenant AND b.settled_micro_usd + b.reserved_micro_usd + b.unknown_micro_usd <= p_limit;
  RETURN FOUND;
END $$;

-- Puts the highest levels of open runs, and experiments, under the tenant's level.
CREATE FUNCTION adopt_levels(p_tenant text, p_parent text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE orphans text[] := ARRAY(
  SELECT b.id FROM budget b LEFT JOIN run r ON r.id = b.run_id
  WHERE b.tenant_id = p_tenant AND b.parent_id IS NULL AND b.id <> p_parent AND (r.id IS NULL OR r.launch <> 'closed'));
BEGIN
  PERFORM lock_budgets(orphans);
  UPDATE budget b SET parent_id = p_parent WHERE b.id = ANY (orphans);
END $$;

CREATE INDEX budget_of_no_run ON budget (tenant_id, id) WHERE run_id IS NULL;

CREATE INDEX run_by_name ON run (tenant_id, name, id DESC);  -- for the means of earlier runs

ALTER TABLE attempt ADD COLUMN metadata jsonb;   -- what a program says of a cost that it recorded
CREATE INDEX attempt_closed ON attempt (tenant_id, closed_at) WHERE state IN ('settled', 'unknown');

-- book_cost: what a program spent at a provider without the gateway, as an attempt that was settled. It is gone already: what
-- does not fit is an overrun, booked and alarmed like any other. Idempotent by call key: `already` answers what was booked,
-- `other` that the key stands for another cost.
CREATE FUNCTION book_cost(p_cost jsonb) RETURNS TABLE (answer text, cost_micro_usd bigint, over_micro_usd bigint) LANGUAGE plpgsql AS $$
DECLARE c record; a attempt%ROWTYPE; chain text[]; locked text[]; room bigint;
BEGIN
  SELECT * INTO c FROM jsonb_to_record(p_cost) AS x("callKey" text, tenant text, "runId" uuid, node text, budgets jsonb, provider text,
    model text, "priceVersion" text, fingerprint text, "costMicroUsd" bigint, "inputTokens" bigint, "outputTokens" bigint, metadata jsonb);
  PERFORM lock_calls(ARRAY[c."callKey"]);
  SELECT * INTO a FROM attempt t WHERE t.call_key = c."callKey" AND t.n = 1;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN a.request_hash = c.fingerprint THEN 'already' ELSE 'other' END, a.actual_micro_usd,
      a.actual_micro_usd - a.estimate_micro_usd;
    RETURN;
  END IF;
  locked := ARRAY(SELECT budget_chain(ARRAY(SELECT jsonb_array_elements_text(c.budgets))));
  PERFORM lock_budgets(locked);
  -- As in `reserve`: while this waited, `set_budget` may have put the tenant's level above these.
  chain := ARRAY(SELECT budget_chain(ARRAY(SELECT jsonb_array_elements_text(c.budgets))));
  IF NOT chain <@ locked THEN PERFORM lock_budgets(chain); END IF;
  SELECT CASE WHEN count(*) = 0 THEN c."costMicroUsd"
    ELSE least(c."costMicroUsd", greatest(0, min(b.limit_micro_usd - b.settled_micro_usd - b.reserved_micro_usd - b.unknown_micro_usd))) END
  INTO room FROM budget b WHERE b.id = ANY (chain) AND b.tenant_id = c.tenant;
  INSERT INTO attempt (call_key, n, tenant_id, run_id, node, state, owner, epoch, reserve_token, lease_until, provider, model, price_version,
    request_hash, estimate_micro_usd, sent_at, metadata)
  VALUES (c."callKey", 1, c.tenant, c."runId", c.node, 'sent', 'recorded', nextval('attempt_epoch'), gen_random_uuid(), clock_timestamp(),
    c.provider, c.model, c."priceVersion", c.fingerprint, room, clock_timestamp(), c.metadata)
  RETURNING * INTO a;
  INSERT INTO reservation (call_key, n, budget_id, estimate_micro_usd) SELECT a.call_key, 1, id, room FROM unnest(chain) id;
  UPDATE budget b SET reserved_micro_usd = b.reserved_micro_usd + room WHERE b.id = ANY (chain);
  PERFORM lock_runs(ARRAY[c."runId"]);
  over_micro_usd := book_spend(a, c."costMicroUsd", c."inputTokens", c."outputTokens");
  UPDATE attempt t SET state = 'settled', actual_micro_usd = c."costMicroUsd", input_tokens = c."inputTokens",
         output_tokens = c."outputTokens", closed_at = clock_timestamp()
  WHERE t.call_key = a.call_key AND t.n = 1;
  IF c."runId" IS NOT NULL THEN
    PERFORM add_event(c."runId", 'cost-recorded', c.node, jsonb_build_object('costMicroUsd', c."costMicroUsd", 'model', c.model));
  END IF;
  answer := 'booked'; cost_micro_usd := c."costMicroUsd";
  RETURN NEXT;
END $$;

-- ── cassettes ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- One recorded answer per request of a named cassette. answer is canonical JSON as text, because jsonb would change what
-- the digest was taken of; answer_sha256 is over request hash and answer, and is checked whenever it is read.
CREATE TABLE cassette (
  tenant_id       text NOT NULL,
  name            text NOT NULL,
  request_hash    text NOT NULL,
  answer          text NOT NULL,
  answer_sha256   text NOT NULL,
  model           text NOT NULL,
  input_tokens    bigint NOT NULL,
  output_tokens   bigint NOT NULL,
  cost_micro_usd  bigint NOT NULL CHECK (cost_micro_usd >= 0),  -- what it cost when it was recorded
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  hits            bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, name, request_hash)
);
ALTER TABLE call_result ADD COLUMN cassette text;  -- the cassette that answered; its n is 0, for no attempt was made
ALTER TABLE run_node ADD COLUMN cassette_hits integer NOT NULL DEFAULT 0, ADD COLUMN cassette_misses integer NOT NULL DEFAULT 0;

-- record_answers: p_items = [{tenant, name, requestHash, answer, sha256, model, inputTokens, outputTokens, costMicroUsd,
-- recordedAt, replace}]. Without `replace` the first recording stays. Sorted, because recorders of one cassette meet here.
CREATE FUNCTION record_answers(p_items jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  FOR r IN
    SELECT x.* FROM jsonb_to_recordset(p_items) AS x(tenant text, name text, "requestHash" text, answer text, sha256 text, model text,
      "inputTokens" bigint, "outputTokens" bigint, "costMicroUsd" bigint, "recordedAt" timestamptz, replace boolean)
    ORDER BY x.tenant, x.name, x."requestHash"
  LOOP
    INSERT INTO cassette (tenant_id, name, request_hash, answer, answer_sha256, model, input_tokens, output_tokens, cost_micro_usd, recorded_at)
    VALUES (r.tenant, r.name, r."requestHash", r.answer, r.sha256, r.model, r."inputTokens", r."outputTokens", r."costMicroUsd",
            coalesce(r."recordedAt", clock_timestamp()))
    ON CONFLICT (tenant_id, name, request_hash) DO UPDATE SET answer = excluded.answer, answer_sha256 = excluded.answer_sha256,
      model = excluded.model, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
      cost_micro_usd = excluded.cost_micro_usd, recorded_at = excluded.recorded_at
    WHERE r.replace;
  END LOOP;
END $$;

-- play_recording: makes a recorded answer the result of a call at no cost: result, node, events, artifacts, counters.
-- p_call = {callKey, tenant, runId, node, cassette, requestHash, model, finishReason, inputTokens, outputTokens,
--   artifactRef, artifacts: [header…], patch: {status, outputRef, reasonCode, reason}}.
-- Answers: played – done now | stored – the call has a result, which stays | open – an attempt of this call is under way
-- (its settlement would meet a second result). artifact_ref is the call's stored result. Idempotent by call key.
CREATE FUNCTION play_recording(p_call jsonb) RETURNS TABLE (answer text, artifact_ref uuid)
LANGUAGE plpgsql SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
#variable_conflict use_column
DECLARE
  c record; stored call_result%ROWTYPE; patch jsonb := nullif(p_call->'patch', 'null');
BEGIN
  SELECT x.* INTO c FROM jsonb_to_record(p_call) AS x("callKey" text, tenant text, "runId" uuid, node text, cassette text,
    "requestHash" text, model text, "finishReason" text, "inputTokens" bigint, "outputTokens" bigint, "artifactRef" uuid);
  PERFORM lock_calls(ARRAY[c."callKey"]);
  SELECT * INTO stored FROM call_result r WHERE r.call_key = c."callKey";
  IF stored.tenant_id <> c.tenant OR EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = c."callKey" AND t.tenant_id <> c.tenant) THEN
    RAISE EXCEPTION 'play_recording %: the call belongs to another tenant', c."callKey" USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF stored.call_key IS NOT NULL THEN
    RETURN QUERY SELECT 'stored', stored.artifact_ref;
    RETURN;
  END IF;
  IF EXISTS (SELECT 1 FROM attempt t WHERE t.call_key = c."callKey" AND t.state IN ('reserved', 'sent')) THEN
    RETURN QUERY SELECT 'open', NULL::uuid;
    RETURN;
  END IF;
  PERFORM lock_runs(ARRAY[c."runId"]);
  INSERT INTO call_result (call_key, tenant_id, run_id, node, n, artifact_ref, request_hash, model, finish_reason, input_tokens, output_tokens, cost_micro_usd, cassette)
  VALUES (c."callKey", c.tenant, c."runId", c.node, 0, c."artifactRef", c."requestHash", c.model, c."finishReason", c."inputTokens", c."outputTokens", 0, c.cassette);
  UPDATE run_node rn SET cassette_hits = rn.cassette_hits + 1 WHERE rn.run_id = c."runId" AND rn.name = c.node;
  IF c."runId" IS NOT NULL THEN
    PERFORM add_event(c."runId", 'call-replayed', c.node, jsonb_build_object('call', c."callKey", 'cassette', c.cassette, 'model', c.model));
    UPDATE run_node rn SET
      status = coalesce(patch->>'status', rn.status), reason_code = patch->>'reasonCode', reason = left(patch->>'reason', 2000),
      output_ref = coalesce((patch->>'outputRef')::uuid, rn.output_ref), model = c.model, waiting_since = NULL, next_try_at = NULL,
      started_at = coalesce(rn.started_at, clock_timestamp()),
      completed_at = CASE WHEN patch->>'status' = 'completed' THEN clock_timestamp() END
    WHERE rn.run_id = c."runId" AND rn.name = c.node AND rn.completed_at IS NULL AND patch IS NOT NULL;
    IF FOUND AND patch->>'status' = 'completed' THEN
      PERFORM add_event(c."runId", 'agent-completed', c.node, jsonb_build_object('outputRef', patch->>'outputRef'));
    END IF;
  END IF;
  PERFORM publish(p_call->'artifacts');
  UPDATE cassette t SET hits = t.hits + 1 WHERE t.tenant_id = c.tenant AND t.name = c.cassette AND t.request_hash = c."requestHash";
  RETURN QUERY SELECT 'played', c."artifactRef";
END $$;

-- play_recordings: many of them, answered in their order. All calls are locked first, or two who store the same ones would wait for each other.
CREATE FUNCTION play_recordings(p_calls jsonb) RETURNS TABLE (answer text, artifact_ref uuid) LANGUAGE plpgsql AS $$
DECLARE c jsonb;
BEGIN
  PERFORM lock_calls(ARRAY(SELECT x->>'callKey' FROM jsonb_array_elements(p_calls) x));
  FOR c IN SELECT x.value FROM jsonb_array_elements(p_calls) WITH ORDINALITY x ORDER BY x.ordinality LOOP
    RETURN QUERY SELECT p.answer, p.artifact_ref FROM play_recording(c) p;
  END LOOP;
END $$;

-- ── providers: fallbacks, breakers ────────────────────────────────────────────────────────────────────────────────

-- The open breakers of the workers, for people: each process has its own, and nothing is decided by these rows.
CREATE TABLE breaker (
  provider   text NOT NULL,
  model      text NOT NULL,
  owner      text NOT NULL,  -- the process
  kind       text NOT NULL CHECK (kind IN ('refused', 'down')),
  failures   integer NOT NULL,
  detail     text NOT NULL,
  opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),  -- the last failure
  PRIMARY KEY (provider, model, owner)
);

-- ── completions by the API ────────────────────────────────────────────────────────────────────────────────────────

-- One row per call that a client of the API asked for, under its Idempotency-Key where it sent one. What it asked is the
-- artifact; the fingerprint is the question's, without how the answer is delivered. Written before anything is started.
CREATE TABLE completion (
  call_key    text PRIMARY KEY,
  tenant_id   text NOT NULL,
  key_id      text NOT NULL,
  fingerprint text NOT NULL,
  request_ref uuid NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What an API key may spend: as configured, but never below what is spent or held. Idempotent; the lock is taken only when
-- something changes, because every call of the key asks.
CREATE FUNCTION ensure_key_budget(p_tenant text, p_id text, p_limit bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE parent text;
BEGIN
  -- As for runs: a level of the tenant that is made at the same moment waits, and is put above this one.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('tenant:' || p_tenant, 1));
  SELECT b.id INTO parent FROM budget b WHERE b.id = 'tenant:' || p_tenant AND b.tenant_id = p_tenant;
  PERFORM 1 FROM budget b WHERE b.id = p_id AND b.tenant_id = p_tenant AND b.parent_id IS NOT DISTINCT FROM parent
    AND b.limit_micro_usd = greatest(p_limit, b.settled_micro_usd + b.reserved_micro_usd + b.unknown_micro_usd - b.overrun_micro_usd);
  IF FOUND THEN RETURN; END IF;
  INSERT INTO budget (id, tenant_id, parent_id, limit_micro_usd) VALUES (p_id, p_tenant, parent, p_limit)
  ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id,
    limit_micro_usd = greatest(p_limit, budget.settled_micro_usd + budget.reserved_micro_usd + budget.unknown_micro_usd - budget.overrun_micro_usd)
  WHERE budget.tenant_id = p_tenant;
END $$;

-- Down Migration
-- ── completions by the API ────────────────────────────────────────────────────────────────────────────────────────
DROP FUNCTION ensure_key_budget;
DROP TABLE completion;

-- ── providers: fallbacks, breakers ────────────────────────────────────────────────────────────────────────────────
DROP TABLE breaker;

-- ── cassettes ─────────────────────────────────────────────────────────────────────────────────────────────────────
DROP FUNCTION play_recordings, play_recording, record_answers;
ALTER TABLE run_node DROP COLUMN cassette_hits, DROP COLUMN cassette_misses;
ALTER TABLE call_result DROP COLUMN cassette;
DROP TABLE cassette;

-- ── ledger: levels, usage, forecasts ──────────────────────────────────────────────────────────────────────────────
DROP INDEX attempt_closed, budget_of_no_run, run_by_name;
DROP FUNCTION book_cost, set_budget, adopt_levels;
ALTER TABLE attempt DROP COLUMN metadata;

-- ── delivery: background ──────────────────────────────────────────────────────────────────────────────────────────
DROP FUNCTION take_over, end_response, note_response;
ALTER TABLE attempt DROP COLUMN response_id, DROP COLUMN response_over, DROP COLUMN taken_over;

-- ── micro-batches: identical requests share one call ─────────────────────────────────────────────────────────────
DROP FUNCTION settle_shared;
DROP INDEX call_result_shared;
