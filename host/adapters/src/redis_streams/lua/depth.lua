-- KEYS: waiting, later, dead. Answers how many wait, are held, are delayed and are dead, and for how many milliseconds the
-- oldest has waited.
local held, last = group()
held, last = held or 0, last or '0-0'
local oldest, age = redis.call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1], 0
if oldest then
    age = now() - tonumber(string.match(oldest[1], '^%d+'))
end
local waiting = math.max(redis.call('XLEN', KEYS[1]) - held, 0)
return {waiting, held, redis.call('ZCARD', KEYS[2]), redis.call('XLEN', KEYS[3]), age}
