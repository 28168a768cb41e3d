export { connectRedis, redisVersion, type RedisConnection, type RedisOptions } from './connection';
export type { Limiter } from './limiter';
