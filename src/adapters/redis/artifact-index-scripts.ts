/**
 * KEYS: guard, complete, headers, index, timeline, branch…
 * ARGV: guard value, guard ttl, session ttl, most artifacts, then per artifact: ref, µs, step, number of its branch, full, lean.
 * Writes only under the guard, so that what a flush emptied is not filled by halves. An index that outgrew its limit
 * loses its mark; the next write rebuilds it smaller.
 */
export const WRITE_GUARDED = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 5, #ARGV, 6 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 4])
  redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 5])
  redis.call('ZADD', KEYS[5], ARGV[i + 1], ARGV[i])
  redis.call('ZADD', KEYS[5 + ARGV[i + 3]], ARGV[i + 2], ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for i = 3, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
if redis.call('ZCARD', KEYS[5]) > tonumber(ARGV[4]) then redis.call('DEL', KEYS[2]) end
return 1`;

/** KEYS: building, complete, then all that is replaced. ARGV: token, ttl, 1 to take over from another builder. */
export const BEGIN_BUILD = `
if ARGV[3] ~= '1' and redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** KEYS: building, complete. ARGV: token, mark, ttl. */
export const END_BUILD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`;

/** KEYS: complete, hash, sorted set. ARGV: limit. Nothing found is a miss as well: a branch's set may have expired. */
export const READ_NEWEST = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local refs = redis.call('ZREVRANGE', KEYS[3], 0, ARGV[1] - 1)
if #refs == 0 then return false end
return redis.call('HMGET', KEYS[2], unpack(refs))`;
