/** Names of the memory that Kong's workers share. They have no meaning here, but configurations name them. */
const MEMORY_ZONES: ReadonlySet<string> = new Set([
  'kong', 'kong_cluster_events', 'kong_core_db_cache', 'kong_core_db_cache_miss', 'kong_db_cache', 'kong_db_cache_miss',
  'kong_healthchecks', 'kong_locks', 'kong_rate_limiting_counters', 'kong_secrets', 'prometheus_metrics',
]);

export function isMemoryZone(name: string): boolean {
  return MEMORY_ZONES.has(name);
}
