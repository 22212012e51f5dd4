/** The commands that bring a step to its cluster. */
import type { Action, StepFiles } from './action';
import { placeOf } from './action';
import { clusterOf } from './cluster';
import type { Leg } from './judge';

export function runActions(leg: Leg, files: StepFiles): Action[] {
  return leg.path === 'cli' ? [byCli(leg, files)] : byApi(leg, files);
}

function byCli(leg: Leg, { folder, files: [cluster, hardware] }: StepFiles): Action {
  const machines = hardware ? ` -z ${folder}/${hardware}` : '';
  return { what: 'upgrade', command: `eksctl anywhere upgrade cluster -f ${folder}/${cluster}${machines}${placeOf(leg).management}` };
}

function byApi(leg: Leg, { folder, files: [cluster, hardware] }: StepFiles): Action[] {
  const machines = hardware
    ? [{ what: 'give it the machines', command: `hybridge eksa hardware ${folder}/${hardware} | kubectl apply -f -` }]
    : [];
  const follows = clusterOf(leg.to.documents).spec?.gitOpsRef;
  const apply = follows
    ? { what: `commit ${folder}/${cluster} in place of the cluster's file in the repository of ${follows.kind}/${follows.name}` }
    : { what: 'apply', command: `kubectl apply -f ${folder}/${cluster}` };
  return [...machines, apply];
}
