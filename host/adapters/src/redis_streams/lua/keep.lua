redis.call('XCLAIM', KEYS[1], 'workers', 'any', 0, ARGV[1], 'JUSTID')
