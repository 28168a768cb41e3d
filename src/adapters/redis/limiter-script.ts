import { FILL_SCRIPT, RENEW_SCRIPT, SEAL_SCRIPT } from './limiter-rebuild-script';
import { KEEP_MS, SCOPE_SCRIPT } from './limiter-scope-script';

/**
 * The limiter's scripts, as text in the code: they are part of one build and cannot be forgotten beside it. They do in
 * Redis what `domain/llm/rate-policy.ts` does in memory, operation for operation; a property test holds them together.
 *
 * All keys of one credential carry one hash tag. Time is the server's. An operation that is sent twice has the same
 * answer and is charged once: its id is the key of what it holds. All limits are checked before any is charged.
 *
 * What has left counts in every window until it is known to have arrived (or its lease ends), and from then on as of
 * that moment. Counting by the moment of the grant let 23 arrivals into a window of 20 on a busy machine: a request that
 * was granted early and travelled long met those granted a window later. By the latest arrival no margin is needed.
 */

/**
 * Also KEYS scopes. ARGV … leaseMs, family, then (operation, tokens, spend) per request.
 * Returns {granted, now} or {granted, now, waitMs, what binds longest: 'p', 'c' or the place of a window}.
 */
const ACQUIRE = `
local function room(w, over)
  local used = w.total + w.moving
  local need = math.min(over, used)
  local freed = 0
  for from = w.first, w.last, 50 do
    local names = {}
    for b = from, math.min(w.last, from + 49) do names[#names + 1] = w.id .. b end
    local amounts = redis.call('HMGET', S, unpack(names))
    for k = 1, #names do
      if amounts[k] then
        freed = freed + amounts[k]
        if freed >= need then return (from + k) * w.step + w.len - now end
      end
    end
  end
  return 50
end

local lease = tonumber(ARGV[rest])
local granted, wait, binds = 0, 0, ''
local underway = redis.call('ZCARD', Z)
local function bind(ms, name) if ms > wait then wait, binds = ms, name end end
for i = rest + 2, #ARGV, 3 do
  local op, tokens, spend = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if not redis.call('ZSCORE', Z, op) then
    bind(pause - now, 'p')
    if underway >= most_now() then bind(50, 'c') end
    for k, w in ipairs(windows) do
      local amount, limit = amountOf(w, tokens, spend), limitOf(w)
      local used = w.total + w.moving
      local over, ms = used + amount - limit, 0
      if over > 0 and used > 0 then ms = room(w, over) end
      if w.burst > 0 then
        local unit = w.len / limit
        local full = math.max(w.full, now) + amount * unit
        ms = math.max(ms, math.ceil(full - now - math.max(w.burst, amount) * unit))
      end
      bind(ms, tostring(k))
    end
    if wait > 0 then break end
    for _, w in ipairs(windows) do
      local amount = amountOf(w, tokens, spend)
      w.moving = w.moving + amount
      if w.burst > 0 then w.full = math.max(w.full, now) + (amount * w.len) / limitOf(w) end
    end
    underway = underway + 1
    redis.call('HSET', H, op, string.format('%.0f %.0f 0', tokens, spend))
    redis.call('ZADD', Z, now + lease, op)
  end
  granted = granted + 1
end
if #stored == 0 then redis.call('SADD', KEYS[5], ARGV[rest + 1]) end
save()
for k = 2, 4 do redis.call('PEXPIRE', KEYS[k], ${KEEP_MS}) end
if wait > 0 then return {granted, now, wait, binds} end
return {granted, now}
`;

/** ARGV … operation, then (window, limit, remaining, resetMs) as the provider said. The request has reached it by now. */
const ARRIVED = `
local op = ARGV[rest]
local h = held(op)
if h and h.arrived == 0 then
  arrive(op, h, now)
  redis.call('HSET', H, op, string.format('%.0f %.0f %.0f', h.tokens, h.spend, now))
end
observe(rest + 1)
save()
return {0, now}
`;

/** After FORGET. ARGV … operation, 'unused' | 'answered' | 'failed', needed tokens, needed spend ('' when nobody knows). */
const RELEASE = `
local op, how = ARGV[rest], ARGV[rest + 1]
local h = held(op)
if h then
  local function refill(w, amount) if w.burst > 0 then w.full = w.full - (amount * w.len) / limitOf(w) end end
  if how == 'unused' and h.arrived == 0 then
    for _, w in ipairs(windows) do
      local amount = amountOf(w, h.tokens, h.spend)
      w.moving = math.max(0, w.moving - amount)
      refill(w, amount)
    end
  else
    arrive(op, h, now)
    if ARGV[rest + 2] ~= '' then
      for _, w in ipairs(windows) do
        local more = amountOf(w, tonumber(ARGV[rest + 2]), tonumber(ARGV[rest + 3])) - amountOf(w, h.tokens, h.spend)
        charge(w, h.arrived, more)
        refill(w, -more)
      end
    end
  end
  drop(op)
  if how == 'answered' and now >= hold then cap = math.min(most, cap + 1 / math.max(1, cap)) end
end
save()
return {0, now}
`;

/** ARGV … 'throttled' | 'overloaded', pauseMs, then as ARRIVED. A pause is never shortened by a later, shorter one. */
const FAILED = `
if ARGV[rest] == 'throttled' then
  pause = math.max(pause, now + tonumber(ARGV[rest + 1]))
  if now - shrunk >= 1000 then
    shrunk = now
    cap = math.max(1, math.min(cap, most) * 0.7)
  end
else
  hold = math.max(hold, now + 5000)
end
observe(rest + 2)
save()
return {0, now}
`;

/** ARGV … prefixes of operations. Ends the leases of dead processes; they send nothing any more. Returns {ended, now}. */
const RELEASE_OWNERS = `
local ending = 0
for _, op in ipairs(redis.call('ZRANGE', Z, 0, -1)) do
  for i = rest, #ARGV do
    if string.sub(op, 1, #ARGV[i]) == ARGV[i] then
      redis.call('ZADD', Z, 'XX', now, op)
      ending = ending + 1
      break
    end
  end
end
return {ending, now}
`;

/** Returns {0, now, pausedMs, held, concurrent, then used and limit per window}. */
const USAGE = `
local answer = {0, now, math.max(0, pause - now), redis.call('ZCARD', Z), most_now()}
for _, w in ipairs(windows) do
  answer[#answer + 1] = w.total + w.moving
  answer[#answer + 1] = limitOf(w)
end
save()
return answer
`;

/** Also KEYS announced. An operation that ends while Redis is empty holds nothing that would have to be put back. */
const FORGET = `
if not redis.call('GET', KEYS[1]) then redis.call('HDEL', KEYS[5], ARGV[5 + 6 * ARGV[4]]) end
`;

/** Every script, for this clock. */
export function limiterScripts(clock: string) {
  const scope = SCOPE_SCRIPT(clock);
  return {
    acquire: { keys: 5, lua: scope + ACQUIRE },
    arrived: { keys: 4, lua: scope + ARRIVED },
    release: { keys: 5, lua: FORGET + scope + RELEASE },
    failed: { keys: 4, lua: scope + FAILED },
    releaseOwners: { keys: 4, lua: scope + RELEASE_OWNERS },
    usage: { keys: 4, lua: scope + USAGE },
    renew: { keys: 5, lua: RENEW_SCRIPT(clock) },
    fill: { keys: 4, lua: FILL_SCRIPT(clock) },
    seal: { keys: 4, lua: SEAL_SCRIPT },
  };
}
