-- KEYS: waiting, …. What workers as a group have been given: how much of it they still have, and what was the last; nothing
-- if there is no such group yet. All workers have one name: an entry and the number of its delivery tell whose it is.
local function group()
    if redis.call('EXISTS', KEYS[1]) == 1 then
        for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
            local group = {}
            for place = 1, #fields, 2 do
                group[fields[place]] = fields[place + 1]
            end
            if group['name'] == 'workers' then
                return group['pending'], group['last-delivered-id']
            end
        end
    end
    return nil
end

-- The time in milliseconds.
local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

