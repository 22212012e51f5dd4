/** The picture as text, for terminals. */
import { counted } from '../finding';
import { groupCounts, sectionCounts } from './counts';
import type { Fact, Scene, SceneGroup, SceneMachine, SceneSection, SceneZone } from './scene';

/** Machines that are shown of one list; the rest is counted. */
const MAX_MACHINES = 12;

export function drawText({ title, facts, networks, zones, unused }: Scene): string {
  return [
    title,
    ...listed('', facts),
    ...listed('networks', networks),
    ...zones.flatMap(describeZone),
    ...describeUnused(unused),
    '',
  ].join('\n');
}

function describeUnused(unused: readonly SceneSection[]): string[] {
  if (unused.length === 0) return [];
  return [
    '',
    `machines that no group can take: ${unused.reduce((sum, { spares }) => sum + spares.length, 0)}`,
    ...unused.flatMap((section) => sectionLines(section, [counted(section.spares.length, 'machine')])),
  ];
}

function listed(heading: string, facts: readonly Fact[]): string[] {
  const width = Math.max(0, ...facts.map(({ name }) => name.length));
  return [...(heading ? ['', heading] : []), ...facts.map(({ name, value }) => `  ${name.padEnd(width)}  ${value}`)];
}

function describeZone({ place, groups }: SceneZone): string[] {
  const lines = groups.flatMap(describeGroup);
  if (!place) return lines;
  return ['', [place.name, ...place.facts].join(', '), ...lines.map((line) => line && `  ${line}`)];
}

function describeGroup(group: SceneGroup): string[] {
  const { role, name, facts, sections } = group;
  return [
    '',
    `${role === 'workers' ? `workers ${name}` : name}: ${groupCounts(group).join(', ')}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`,
    ...sections.flatMap((section) => sectionLines(section, sectionCounts(section))),
  ];
}

function sectionLines({ place, nodes, spares }: SceneSection, counts: readonly string[]): string[] {
  const shown = [...nodes.slice(0, MAX_MACHINES), ...spares.slice(0, MAX_MACHINES)];
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = [...machineLines('[#]', nodes, width, 'node'), ...machineLines('[ ]', spares, width, 'spare machine')];
  if (!place) return lines;
  const heading = `${[place.name, ...place.facts].join(', ')}: ${counts.join(', ')}`;
  return [`  ${heading}`, ...lines.map((line) => `  ${line}`)];
}

function machineLines(mark: string, machines: readonly SceneMachine[], width: number, noun: string): string[] {
  const rest = machines.slice(MAX_MACHINES);
  return [
    ...machines.slice(0, MAX_MACHINES).map(({ name, detail }) => `  ${mark} ${name.padEnd(width)}  ${detail}`),
    ...rest.length > 0 ? [`  ${mark} ... and ${counted(rest.length, `more ${noun}`)}: ${namesOf(rest)}`] : [],
  ];
}

function namesOf(machines: readonly SceneMachine[]): string {
  return machines.length === 1 ? machines[0].name : `${machines[0].name} to ${machines[machines.length - 1].name}`;
}
