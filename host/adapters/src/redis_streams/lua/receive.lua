-- KEYS: waiting, later, dead. ARGV: how many are wanted, after how many milliseconds a delivery is another's to take, and
-- how often there may be one. Answers entry, number of the delivery and task of each.
local wanted, visibility, deliveries = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local received = {}

-- What has come of time.
for _, task in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now(), 'LIMIT', 0, 1000)) do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'task', task)
    redis.call('ZREM', KEYS[2], task)
end

if not group() then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'workers', '0', 'MKSTREAM')
end

-- What its worker has given up in silence; and of that, what was given up too often.
local abandoned = redis.call('XAUTOCLAIM', KEYS[1], 'workers', 'any', visibility, '0-0', 'COUNT', wanted)[2]
for _, entry in ipairs(abandoned) do
    -- What was cut off has no fields.
    if entry and entry[2] then
        local times = redis.call('XPENDING', KEYS[1], 'workers', entry[1], entry[1], 1)[1][4]
        if times > deliveries then
            redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'task', entry[2][2])
            redis.call('XACK', KEYS[1], 'workers', entry[1])
            redis.call('XDEL', KEYS[1], entry[1])
        else
            received[#received + 1] = {entry[1], times, entry[2][2]}
        end
    end
end

if #received < wanted then
    local fresh = redis.call('XREADGROUP', 'GROUP', 'workers', 'any', 'COUNT', wanted - #received, 'STREAMS', KEYS[1], '>')
    for _, entry in ipairs(fresh and fresh[1][2] or {}) do
        received[#received + 1] = {entry[1], 1, entry[2][2]}
    end
end
return received
