/** The commands that bring a step to its cluster. */
import type { Action, StepFiles } from './action';
import { placeOf } from './action';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

export function runActions(leg: Leg, files: StepFiles): Action[] {
  return leg.path === 'cli' ? [byCli(leg, files)] : byApi(leg, files);
}

function byCli(leg: Leg, { filled, files: [cluster, hardware] }: StepFiles): Action {
  const machines = hardware ? ` -z ${filled}/${hardware}` : '';
  return { what: 'upgrade', command: `eksctl anywhere upgrade cluster -f ${filled}/${cluster}${machines}${placeOf(leg).management}` };
}

function byApi(leg: Leg, files: StepFiles): Action[] {
  const { folder, filled, files: [cluster, hardware] } = files;
  const machines = hardware ? [{ what: 'give it the machines', command: machinesCommand(`${folder}/${hardware}`, files) }] : [];
  const follows = clusterOf(leg.to.documents).spec?.gitOpsRef;
  const apply = follows
    ? { what: `commit ${folder}/${cluster} in place of the cluster's file in the repository of ${follows.kind}/${follows.name}` }
    : { what: 'apply', command: `kubectl apply -f ${filled}/${cluster}` };
  return [...machines, apply];
}

/** Objects of machines hold no credentials; the Secrets that they refer to come from a file of their own. */
function machinesCommand(hardware: string, { folder, hasControllers }: StepFiles): string {
  if (!hasControllers) return `hybridge eksa hardware ${hardware} | kubectl apply -f -`;
  const secrets = `${folder}/bmc-secrets.yaml`;
  return [
    `hybridge eksa hardware ${hardware} --secrets ${secrets} > ${folder}/machines.yaml \\`,
    `  && kubectl apply -f ${secrets} -f ${folder}/machines.yaml`,
  ].join('\n');
}
