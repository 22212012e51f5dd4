/**
 * Mutants that no suite can notice, with the reason: the change leaves what the code does as it was.
 * Keys as `npx projen mutate` prints them: file, function, change. A key that no longer matches is reported.
 */
export const EQUIVALENTS: Readonly<Record<string, string>> = {
  'src/eksa/update/rollout.ts#workers: \'\' -> \'mutated\'': 'a group without a name gets the same key on both sides, and only names that exist are printed',
  'src/eksa/update/version-rules.ts#clusterVersion: \'\' -> \'mutated\'': 'neither is a version, and a cluster without one is refused by rule S1 before',
  'src/eksa/update/version-rules.ts#groupVersions: \'\' -> \'mutated\'': 'neither is a version, and a cluster without one is refused by rule S1 before',
  'src/eksa/rules/hardware-row.ts#addressFreeForNode: address && cells.ip_address -> address || cells.ip_address':
    'sameIp() is false when one of the two is no address',
};
