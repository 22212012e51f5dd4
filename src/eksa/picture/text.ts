/** The picture as text, for terminals. */
import type { Fact, Scene, SceneGroup, SceneMachine } from './scene';

/** Machines that are shown of one group; the rest is counted. */
const MAX_MACHINES = 12;

export function drawText({ title, facts, networks, groups, unused }: Scene): string {
  return [
    title,
    ...listed('', facts),
    ...listed('networks', networks),
    ...groups.flatMap(describeGroup),
    ...(unused.length > 0 ? ['', `machines that no group can take: ${unused.length}`, ...machineLines(unused)] : []),
    '',
  ].join('\n');
}

function listed(heading: string, facts: readonly Fact[]): string[] {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  return [...(heading ? ['', heading] : []), ...facts.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`)];
}

function describeGroup({ role, name, nodes, facts, machines }: SceneGroup): string[] {
  const spare = machines.filter(({ isSpare }) => isSpare).length;
  const counts = [
    `${nodes} node${nodes === 1 ? '' : 's'}`,
    ...(spare > 0 ? [`${spare} spare`] : []),
    ...(machines.length < nodes ? [`${nodes - machines.length} missing`] : []),
  ];
  return [
    '',
    `${role === 'workers' ? `workers ${name}` : name}: ${counts.join(', ')}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`,
    ...machineLines(machines),
  ];
}

function machineLines(machines: readonly SceneMachine[]): string[] {
  const shownOnes = machines.slice(0, MAX_MACHINES);
  const width = Math.max(0, ...shownOnes.map(({ name }) => name.length));
  const lines = shownOnes.map(({ name, detail, isSpare }) => `  ${isSpare ? '[ ]' : '[#]'} ${name.padEnd(width)}  ${detail}`);
  return machines.length > MAX_MACHINES ? [...lines, `  ... and ${machines.length - MAX_MACHINES} more`] : lines;
}
