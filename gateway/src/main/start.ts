/** What the image runs: chooses the artefact by role. Each of them is complete by itself, so a data plane never loads a control plane. */
import { ARTEFACTS, ENV, ROLES } from '../../contract.ts';

const ARTEFACT_OF_ROLE: Readonly<Record<string, string>> = {
  [ROLES.controlPlane]: ARTEFACTS.controlPlane,
  [ROLES.dataPlane]: ARTEFACTS.dataPlane,
};

// The settings reader, which every artefact runs first, reports an invalid role.
const artefact = `./${ARTEFACT_OF_ROLE[process.env[ENV.role]?.trim() ?? ''] ?? ARTEFACTS.singleNode}`;
await import(artefact);
