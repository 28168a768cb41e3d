/** How long what nobody uses is kept: beyond the longest window by far, so that a clock that jumps does not delete it. */
export const KEEP_MS = 30 * 86_400_000;

/** Sets `wall`. Tests put another clock here, to live through days. */
export const SERVER_CLOCK = `local t = redis.call('TIME'); local wall = t[1] * 1000 + math.floor(t[2] / 1000)`;

/**
 * KEYS generation, state, leases, held. ARGV server, bound, concurrent, windows, then per window (id, length, step, limit, burst, unit).
 *
 * `bound` is the latest moment that the caller holds for possible by its own steady clock (0: it knows nothing): a wall
 * clock that jumped forward would empty all windows. The difference is kept, so that time goes on evenly from there; a
 * clock that jumps back stops time for nobody either.
 *
 * Answers {-1} when Redis does not hold what was counted (emptied, restarted, another server took over).
 */
export const SCOPE_SCRIPT = (clock: string) => `
${clock}
local G, S, Z, H = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local gen = redis.call('GET', G)
if not gen or string.sub(gen, 1, #ARGV[1]) ~= ARGV[1] then return {-1} end
local windows, fields, count = {}, {'gen', 'now', 'offset', 'pause', 'cap', 'hold', 'shrunk'}, tonumber(ARGV[4])
local rest = 5 + 6 * count
for i = 1, count do
  local a = 6 * i - 1
  windows[i] = { id = ARGV[a], len = tonumber(ARGV[a + 1]), step = tonumber(ARGV[a + 2]), limit = tonumber(ARGV[a + 3]),
    burst = tonumber(ARGV[a + 4]), unit = ARGV[a + 5] }
  for _, name in ipairs({'total', 'moving', 'first', 'last', 'full', 'learned', 'since'}) do fields[#fields + 1] = ARGV[a] .. name end
end
local stored = redis.call('HMGET', S, unpack(fields))
if stored[1] ~= gen then
  redis.call('DEL', S, Z, H)
  stored = {}
end
local function number(at, otherwise) return stored[at] and tonumber(stored[at]) or otherwise end

local offset, now = number(3, 0), number(2, 0)
local bound, before = tonumber(ARGV[2]), now
now = wall - offset
if bound > 0 and now > bound then now = bound end
if now < before then now = before end
offset = wall - now
local pause, hold, shrunk = number(4, 0), number(6, 0), number(7, -1e15)
local most = tonumber(ARGV[3])
local cap = number(5, -1)
if cap < 0 then cap = most end

local function charge(w, at, amount)
  local b = math.floor(at / w.step)
  if amount == 0 or b <= w.gone then return end
  redis.call('HINCRBY', S, w.id .. b, amount)
  w.total = w.total + amount
  w.first, w.last = math.min(w.first, b), math.max(w.last, b)
end
local function amountOf(w, tokens, spend)
  if w.unit == 'r' then return 1 elseif w.unit == 't' then return tokens else return spend end
end
local function limitOf(w)
  if not w.learned then return w.limit end
  return math.min(w.limit, math.floor(w.learned * (10 + math.floor((now - w.since) / 60000)) / 10))
end

for i, w in ipairs(windows) do
  local a = 7 * i
  w.total, w.moving, w.full = number(a + 1, 0), math.max(0, number(a + 2, 0)), number(a + 5, 0)
  w.learned, w.since = number(a + 6, nil), number(a + 7, 0)
  w.gone = math.floor((now - w.len) / w.step) - 1
  w.first, w.last = number(a + 3, w.gone + 1), number(a + 4, w.gone)
  if w.first <= w.gone then
    local old = {}
    for b = w.first, math.min(w.last, w.gone) do old[#old + 1] = w.id .. b end
    if #old > 0 then
      for _, amount in ipairs(redis.call('HMGET', S, unpack(old))) do if amount then w.total = w.total - amount end end
      redis.call('HDEL', S, unpack(old))
    end
    w.first = w.gone + 1
    w.last = math.max(w.last, w.gone)
  end
end

local function held(op)
  local text = redis.call('HGET', H, op)
  if not text then return nil end
  local tokens, spend, arrived = string.match(text, '^(%d+) (%d+) (%d+)$')
  return { tokens = tonumber(tokens), spend = tonumber(spend), arrived = tonumber(arrived) }
end
local function arrive(op, h, at)
  if h.arrived > 0 then return end
  h.arrived = at
  for _, w in ipairs(windows) do
    local amount = amountOf(w, h.tokens, h.spend)
    w.moving = math.max(0, w.moving - amount)
    charge(w, at, amount)
  end
end
local function drop(op)
  redis.call('HDEL', H, op)
  return redis.call('ZREM', Z, op)
end
local ended = redis.call('ZRANGEBYSCORE', Z, '-inf', now, 'WITHSCORES')
for i = 1, #ended, 2 do
  local h = held(ended[i])
  if h then arrive(ended[i], h, tonumber(ended[i + 1])) end
  drop(ended[i])
end

local function observe(from)
  for i = from, #ARGV, 4 do
    local w, limit, remaining, reset = windows[tonumber(ARGV[i])], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
    if limit < limitOf(w) then w.learned, w.since = math.max(1, limit), now end
    local unseen = limitOf(w) - w.total - w.moving - remaining
    if unseen > 0 then charge(w, now + math.min(reset, w.len) - w.len, unseen) end
  end
end
local function most_now() return math.max(math.min(1, most), math.floor(math.min(cap, most))) end

local function save()
  local set = {'gen', gen, 'now', now, 'offset', offset, 'pause', pause, 'cap', cap >= most and -1 or cap, 'hold', hold, 'shrunk', shrunk}
  local function put(name, value) set[#set + 1] = name; set[#set + 1] = value end
  for _, w in ipairs(windows) do
    put(w.id .. 'total', w.total); put(w.id .. 'moving', w.moving)
    put(w.id .. 'first', w.first); put(w.id .. 'last', w.last)
    if w.burst > 0 then put(w.id .. 'full', w.full) end
    if w.learned then put(w.id .. 'learned', w.learned); put(w.id .. 'since', w.since) end
  end
  redis.call('HSET', S, unpack(set))
end
`;
