-- KEYS: waiting. ARGV: the entry, and the number of the delivery, …. What is another delivery by now is let be.
local held = redis.pcall('XPENDING', KEYS[1], 'workers', ARGV[1], ARGV[1], 1)
if held.err or not held[1] or held[1][4] ~= tonumber(ARGV[2]) then
    return
end

