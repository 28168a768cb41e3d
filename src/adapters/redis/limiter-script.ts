/**
 * The limiter's scripts, as text in the code: they are part of one build and cannot be forgotten beside it.
 *
 * All keys of one credential carry one hash tag. Time is the server's. An operation that is sent twice has the same
 * answer and is charged once: its id is the member of the sets. All limits are checked before any is charged.
 *
 * `grants` holds the latest moment at which a request can have reached the provider. Until that is known it lies in the
 * future (the end of the lease), so that the request counts in every window; when the response begins it becomes now.
 * Counting by the moment of the grant instead let 23 arrivals into a window of 20 on a busy machine: a request that was
 * granted early and travelled long met those granted a window later. By the latest arrival no margin is needed.
 */

/**
 * KEYS grants, leases, pause. ARGV operation, leaseMs, concurrent, then (name, windowMs, limit) per window.
 * Returns {1} or {0, waitMs, name of the limit that binds longest}.
 */
export const ACQUIRE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local op, lease, concurrent = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local wait, binds = 0, ''
local function bind(ms, name) if ms > wait then wait, binds = ms, name end end

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZSCORE', KEYS[2], op) then return {1} end
local charged = redis.call('ZSCORE', KEYS[1], op)

local paused = tonumber(redis.call('GET', KEYS[3]) or '0')
if paused > now then bind(paused - now, 'retry-after') end
if redis.call('ZCARD', KEYS[2]) >= concurrent then bind(50, 'concurrent requests') end

local longest = 0
for i = 4, #ARGV, 3 do
  local name, window, limit = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  if window > longest then longest = window end
  if not charged then
    local from = '(' .. (now - window)
    local count = redis.call('ZCOUNT', KEYS[1], from, '+inf')
    if count >= limit then
      local leaving = redis.call('ZRANGEBYSCORE', KEYS[1], from, '+inf', 'WITHSCORES', 'LIMIT', count - limit, 1)
      bind(math.min(window, math.max(1, leaving[2] + window - now)), name)
    end
  end
end
if wait > 0 then return {0, wait, binds} end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
redis.call('ZADD', KEYS[1], now + lease, op)
redis.call('PEXPIRE', KEYS[1], longest + lease + 1000)
redis.call('ZADD', KEYS[2], now + lease, op)
redis.call('PEXPIRE', KEYS[2], lease + 1000)
return {1}
`;

/** KEYS grants. ARGV operation. The request has reached the provider by now. */
export const ARRIVED = `
local t = redis.call('TIME')
return redis.call('ZADD', KEYS[1], 'XX', 'LT', 'CH', t[1] * 1000 + math.floor(t[2] / 1000), ARGV[1])
`;

/** KEYS grants, leases. ARGV leaseMs, operations. Lengthens the leases that still exist; a lost one is not brought back. */
export const RENEW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local lease = tonumber(ARGV[1])
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[2], 'XX', now + lease, ARGV[i])
  local arrival = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or '0')
  if arrival > now then redis.call('ZADD', KEYS[1], 'XX', now + lease, ARGV[i]) end
end
redis.call('PEXPIRE', KEYS[2], lease + 1000)
return #ARGV - 1
`;

/** KEYS grants, leases. ARGV operation, '1' when no request left (its charge is given back). */
export const RELEASE = `
local t = redis.call('TIME')
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], ARGV[1])
else redis.call('ZADD', KEYS[1], 'XX', 'LT', t[1] * 1000 + math.floor(t[2] / 1000), ARGV[1]) end
return redis.call('ZREM', KEYS[2], ARGV[1])
`;

/** KEYS pause. ARGV ms. A pause is never shortened by a later, shorter one. */
export const PAUSE = `
local t = redis.call('TIME')
local untilMs = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[1])
if untilMs > tonumber(redis.call('GET', KEYS[1]) or '0') then redis.call('SET', KEYS[1], string.format('%.0f', untilMs), 'PX', ARGV[1]) end
return 1
`;

/** KEYS grants, leases. ARGV prefixes of operations. Frees what dead processes held; they send nothing any more. */
export const RELEASE_OWNERS = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local freed = 0
for _, op in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  for i = 1, #ARGV do
    if string.sub(op, 1, #ARGV[i]) == ARGV[i] then
      redis.call('ZADD', KEYS[1], 'XX', 'LT', now, op)
      freed = freed + redis.call('ZREM', KEYS[2], op)
    end
  end
end
return freed
`;
