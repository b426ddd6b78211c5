-- KEYS: waiting, later. Removes a part of what no worker has, and answers how much.
local _, last = group()
local purged = 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. (last or '0-0'), '+', 'COUNT', 1000)) do
    purged = purged + redis.call('XDEL', KEYS[1], entry[1])
end
for _, task in ipairs(redis.call('ZRANGE', KEYS[2], 0, 999)) do
    purged = purged + redis.call('ZREM', KEYS[2], task)
end
return purged
