'use strict';
// A relay in a process of its own, so that a test can kill it. Arguments: DATABASE_URL REDIS_URL.
const { createPool } = require('../../../dist/adapters/postgres');
const { OUTBOX_STREAMS } = require('../../../dist/adapters/postgres/outbox');
const { connectRedis } = require('../../../dist/adapters/redis');
const { OutboxPump } = require('../../../dist/gateway/artifacts');
const { createLog } = require('../../../dist/adapters/log');
const { startRelay } = require('../../../dist/worker/loops/relay');

const [databaseUrl, redisUrl] = process.argv.slice(2);
const log = createLog('warn', { program: 'relay under test' });
const redis = connectRedis(redisUrl, { onError: (error) => log.warn({ err: error }, 'redis') });
startRelay(new OutboxPump(createPool(databaseUrl, { max: 4 }), redis), OUTBOX_STREAMS, log);
