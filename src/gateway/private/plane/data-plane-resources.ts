/** What a node of a data plane gets. Measured: docs/sizing.md, docs/processes.md. */
import { ENV } from '../../../private/contract';
import type { PlaneResources, PlaneSettings } from './plane';

/** With `auto`, a node starts a worker for each CPU of its limit. */
const CPU_LIMIT = 2;

/** MiB that a supervisor and each of its workers take, rounded up. */
const SUPERVISOR = 130;
const WORKER = 110;

/** MiB; requests are multiples. */
const STEP = 128;

/** MiB. The least request has room for two workers; the least limit for 10,000 services and routes. */
const LEAST_REQUEST = 384;
const LEAST_LIMIT = 1024;
/** MiB for each worker, as `auto` reckons. */
const LIMIT_OF_WORKER = 384;

/** Requests use one CPU; the second is for garbage collection and other work of Node.js. */
export function dataPlaneResources(settings: PlaneSettings): PlaneResources {
  const given = Number(settings[ENV.workers] ?? settings[ENV.mainWorkers]);
  const workers = Number.isSafeInteger(given) && given > 0 ? given : CPU_LIMIT;
  const request = Math.max(LEAST_REQUEST, Math.ceil((SUPERVISOR + workers * WORKER) / STEP) * STEP);
  const limit = Math.max(LEAST_LIMIT, workers * LIMIT_OF_WORKER);
  return {
    cpuRequest: '500m', cpuLimit: String(CPU_LIMIT), memoryRequest: mebibytes(request), memoryLimit: mebibytes(limit), storage: '1Gi',
  };
}

function mebibytes(count: number): string {
  return count % 1024 === 0 ? `${count / 1024}Gi` : `${count}Mi`;
}
