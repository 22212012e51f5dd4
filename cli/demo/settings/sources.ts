/** Where the settings of planes are read, by what the planes run on; and how a person names what they run on. */
import { CommandFailure } from '../../command.ts';
import type { Plane, Topology } from '../topology.ts';
import { settingsInComposeFolder } from './compose-folder.ts';
import { settingsInManifests } from './manifests.ts';
import type { PlaneSettings } from './plane-setting.ts';
import { settingsInTaskDefinition } from './task-definition.ts';
import { settingsInUserData } from './user-data.ts';

interface Source {
  /** As in topology.json. */
  readonly target: string;
  /** As a person says it. */
  readonly word: string;
  readonly read: (plane: Plane, assembly: string) => PlaneSettings;
}

const SOURCES: readonly Source[] = [
  { target: 'eks', word: 'eks', read: ({ manifests }) => settingsInManifests(manifests) },
  { target: 'eks-anywhere', word: 'eks-anywhere', read: ({ manifests }) => settingsInManifests(manifests) },
  { target: 'ecs', word: 'ecs', read: ({ id }, assembly) => settingsInTaskDefinition(assembly, id) },
  { target: 'auto-scaling-group', word: 'ec2', read: ({ id }, assembly) => settingsInUserData(assembly, id) },
  { target: 'docker', word: 'docker', read: ({ manifests }) => settingsInComposeFolder(manifests) },
];

export const TARGET_WORDS: readonly string[] = [...SOURCES.map(({ word }) => word), 'all'];

/**
 * The settings of a plane, out of what its target synthesized.
 *
 * @throws CommandFailure when they are not there, or the target is none that planes run on
 */
export function settingsOf(plane: Plane, assembly: string): PlaneSettings {
  const source = SOURCES.find(({ target }) => target === plane.target);
  if (!source) {
    throw new CommandFailure(
      `plane ${plane.id} runs on ${plane.target}, which the demo cannot read; it reads ${SOURCES.map(({ target }) => target).join(', ')}`,
      'configuration',
    );
  }
  return source.read(plane, assembly);
}

/** @throws CommandFailure for a word that is none of `TARGET_WORDS` */
export function targetWords(text: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !TARGET_WORDS.includes(word));
  if (unknown.length === 0) return words;
  throw new CommandFailure(
    `--from: got '${unknown.join(', ')}', expected ${TARGET_WORDS.join(', ')}, or several of them with commas between`,
  );
}

/**
 * A topology with those of its data planes that run on one of the targets.
 *
 * @param words of `targetWords()`
 * @throws CommandFailure when no data plane runs on one of them
 */
export function onTargets(topology: Topology, words: readonly string[]): Topology {
  if (words.includes('all')) return topology;
  const wordOf = (plane: Plane) => SOURCES.find(({ target }) => target === plane.target)?.word;
  const absent = words.filter((word) => !topology.dataPlanes.some((plane) => wordOf(plane) === word));
  if (absent.length > 0) {
    const there = [...new Set(topology.dataPlanes.map(wordOf))].join(', ');
    throw new CommandFailure(
      `--from: no data plane of this topology runs on ${absent.join(', ')}; it has some on ${there || 'nothing'}`,
      'configuration',
    );
  }
  return { ...topology, dataPlanes: topology.dataPlanes.filter((plane) => words.includes(wordOf(plane) ?? '')) };
}
