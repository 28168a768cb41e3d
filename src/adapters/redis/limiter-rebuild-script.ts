import { KEEP_MS } from './limiter-scope-script';

/**
 * Also KEYS announced. ARGV server, bound, leaseMs, family, then (operation, tokens, spend). Lengthens the leases that
 * still exist; a lost one is not brought back. Where Redis lost all of them, they are announced for the rebuilding.
 */
export const RENEW_SCRIPT = (clock: string) => `
${clock}
local gen = redis.call('GET', KEYS[1])
if not gen or string.sub(gen, 1, #ARGV[1]) ~= ARGV[1] then
  for i = 5, #ARGV, 3 do redis.call('HSET', KEYS[5], ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2] .. ' ' .. ARGV[4]) end
  redis.call('PEXPIRE', KEYS[5], 60000)
  return {-1}
end
local scope = redis.call('HMGET', KEYS[2], 'gen', 'now', 'offset')
if scope[1] ~= gen then return {0, 0} end
local bound, now = tonumber(ARGV[2]), wall - tonumber(scope[3])
if bound > 0 and now > bound then now = bound end
now = math.max(now, tonumber(scope[2]))
redis.call('HSET', KEYS[2], 'now', now, 'offset', wall - now)
for i = 5, #ARGV, 3 do
  local ends = redis.call('ZSCORE', KEYS[3], ARGV[i])
  if ends and tonumber(ends) > now then redis.call('ZADD', KEYS[3], 'XX', 'GT', now + tonumber(ARGV[3]), ARGV[i]) end
end
return {0, now}
`;

/**
 * KEYS lock, state, leases, held. ARGV token, generation, windows, per window (id, length, step, unit), requests under way,
 * per request (operation, lease left, tokens, spend), then (window, age, amount) of what was sent. Puts back what was counted.
 */
export const FILL_SCRIPT = (clock: string) => `
${clock}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {-1} end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
local windows, count = {}, tonumber(ARGV[3])
for i = 1, count do
  local a = 4 * i
  local len, step = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local gone = math.floor((wall - len) / step) - 1
  windows[i] = { id = ARGV[a], len = len, step = step, unit = ARGV[a + 3], gone = gone, total = 0, moving = 0, first = gone + 1, last = gone }
end
local at = 4 + 4 * count
for i = 1, tonumber(ARGV[at]) do
  local a = at + 4 * i - 3
  local tokens, spend = tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
  for _, w in ipairs(windows) do w.moving = w.moving + (w.unit == 'r' and 1 or w.unit == 't' and tokens or spend) end
  redis.call('HSET', KEYS[4], ARGV[a], string.format('%.0f %.0f 0', tokens, spend))
  redis.call('ZADD', KEYS[3], wall + tonumber(ARGV[a + 1]), ARGV[a])
end
for i = at + 4 * tonumber(ARGV[at]) + 1, #ARGV, 3 do
  local w, amount = windows[tonumber(ARGV[i])], tonumber(ARGV[i + 2])
  local b = math.floor((wall - tonumber(ARGV[i + 1])) / w.step)
  if b > w.gone then
    redis.call('HINCRBY', KEYS[2], w.id .. b, amount)
    w.total, w.first, w.last = w.total + amount, math.min(w.first, b), math.max(w.last, b)
  end
end
redis.call('HSET', KEYS[2], 'gen', ARGV[2], 'now', wall, 'offset', 0)
for _, w in ipairs(windows) do
  redis.call('HSET', KEYS[2], w.id .. 'total', w.total, w.id .. 'moving', w.moving, w.id .. 'first', w.first, w.id .. 'last', w.last)
end
for k = 2, 4 do redis.call('PEXPIRE', KEYS[k], ${KEEP_MS}) end
return {0}
`;

/** KEYS lock, generation, announced, scopes. ARGV token, generation, families. From now on permits are granted. */
export const SEAL_SCRIPT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {-1} end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1], KEYS[3])
for i = 3, #ARGV do redis.call('SADD', KEYS[4], ARGV[i]) end
return {0}
`;
