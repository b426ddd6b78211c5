-- Besides: how old a delivery is that another may take, and the channel.
redis.call('XCLAIM', KEYS[1], 'workers', 'any', 0, ARGV[1], 'IDLE', ARGV[3], 'JUSTID')
redis.call('PUBLISH', ARGV[4], '')
