/** A control plane and one data plane, which share a certificate. */
import { createIdentity } from './proxy/identity.ts';
import { ServerProcess, freePorts } from './server-process.ts';

export interface Pair {
  readonly controlPlane: ServerProcess;
  readonly dataPlane: ServerProcess;
  close(): Promise<void>;
}

/** @param cores of the data plane */
export async function startPair(cores?: string): Promise<Pair> {
  const { certificate, key } = createIdentity('kong_clustering');
  const shared = { KONG_CLUSTER_CERT: certificate, KONG_CLUSTER_CERT_KEY: key };
  const [port] = await freePorts(1) as [number];
  const controlPlane = await ServerProcess.controlPlane(port, shared);
  try {
    const dataPlane = await ServerProcess.dataPlane(port, shared, cores);
    const close = async () => void await Promise.all([dataPlane.close(), controlPlane.close()]);
    return { controlPlane, dataPlane, close };
  } catch (error) {
    await controlPlane.close();
    throw error;
  }
}
