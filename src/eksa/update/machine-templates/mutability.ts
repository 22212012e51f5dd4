/** Whether a field can be changed once the cluster exists, in the words of the constructs' documentation. */
import type { Provider, Role } from './inputs';
import type { Row } from './row';
import { appliesTo } from './table';

type Answer = 'fixed' | 'nodes' | 'control plane nodes' | 'in place';

const SENTENCES: Readonly<Record<Answer, string>> = {
  'fixed': 'Fixed once the cluster exists',
  'nodes': 'Can be changed later; a change replaces the nodes',
  'control plane nodes': 'Can be changed later; a change replaces the control plane nodes',
  'in place': 'Can be changed later',
};

/** What holds on all of some providers, or on bare metal and elsewhere. */
export function mutability(row: Row, providers: readonly Provider[]): string {
  const [bareMetal, ...others] = providers.filter((provider) => appliesTo(row, provider)).map((provider) => answer(row, provider));
  const elsewhere = others[0] ?? bareMetal;
  if (bareMetal === elsewhere) return SENTENCES[bareMetal];
  if (bareMetal === 'fixed') {
    return `On bare metal fixed once the cluster exists; elsewhere ${elsewhere === 'in place'
      ? 'it can be changed later'
      : `a change replaces the ${elsewhere}`}`;
  }
  return `Can be changed later; on bare metal a change replaces the ${bareMetal}`;
}

function answer(row: Row, provider: Provider): Answer {
  const isFor = ({ providers }: { readonly providers?: readonly Provider[] }) => !providers || providers.includes(provider);
  if ((row.refused ?? []).some((refused) => isFor(refused) && !refused.when)) return 'fixed';
  const roles = new Set((row.lands ?? []).filter(isFor).flatMap((landing): readonly Role[] => landing.roles));
  if (roles.size === 0) return 'in place';
  return roles.size === 1 && roles.has('control plane') ? 'control plane nodes' : 'nodes';
}
