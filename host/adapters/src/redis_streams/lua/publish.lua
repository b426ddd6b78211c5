-- KEYS: waiting, later. ARGV: the channel, and for each notice its task and its delay in milliseconds.
for place = 2, #ARGV, 2 do
    local delay = tonumber(ARGV[place + 1])
    if delay > 0 then
        redis.call('ZADD', KEYS[2], now() + delay, ARGV[place])
    else
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'task', ARGV[place])
    end
end
redis.call('PUBLISH', ARGV[1], '')
