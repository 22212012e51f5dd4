/** The documents in one place of the way, each axis as far as it got. */
import type { RolloutStrategy } from '../model/cluster';
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import type { Axis, AxisKind, Sides } from './axes';
import { groupPlace, kindOf } from './axes';
import { between } from './between';
import { clusterOf } from './cluster';
import type { Images, NeededImage } from './images';
import { givenImage, imageAt, imagePlaces, namesVersion, standIn, versionOfImage } from './images';
import { referencedDocuments } from './referenced';

export interface PlannedState {
  readonly documents: readonly Document[];
  readonly neededImages: readonly NeededImage[];
}

export interface Way extends Sides {
  readonly axes: readonly Axis[];
  readonly images: Images;
  /** Nodes that are added before old ones go, where the plan sets a strategy of its own for a while. */
  readonly temporarySurge: 0 | 1;
}

export function stateAt(way: Way, place: readonly number[]): PlannedState {
  if (place.every((index) => index === 0)) return { documents: way.old, neededImages: [] };
  if (place.every((index, axis) => index === way.axes[axis].length - 1)) return { documents: way.now, neededImages: [] };
  const done = (kind: AxisKind) => isDone(way, place, kind);
  const documents = between(way.old, way.now, (path, old, now) => {
    const kind = kindOf(path, way);
    if (kind === 'image' || kind === 'document' || isWholeDocument(path)) return old ?? now;
    if (kind === 'eksAnywhere' || kind === 'kubernetes' || kind === 'groupVersion') return versionAt(way, place, kind, path);
    return done(kind) ?? done('rest') ? now : old;
  });
  const referenced = referencedDocuments(documents);
  const present = documents.filter((document) => isPresent(document, referenced, way, done('rest')));
  return withImages(withTemporaryStrategy(present, way, place), way);
}

function isWholeDocument(path: string): boolean {
  return /^\w+\/[^.]*$/.test(path);
}

function isDone({ axes }: Way, place: readonly number[], kind: AxisKind): boolean | undefined {
  const axis = axes.findIndex((each) => each.kind === kind);
  return axis < 0 ? undefined : place[axis] === axes[axis].length - 1;
}

function versionAt({ axes }: Way, place: readonly number[], kind: AxisKind, path: string): string | undefined {
  const group = groupPlace(path)?.name;
  const axis = axes.findIndex((each) => each.kind === kind && (group === undefined || each.groups?.includes(group)));
  return axes[axis]?.values?.[place[axis]];
}

/** A document of one side is there while something refers to it; others go with the rest. */
function isPresent(document: Document, referenced: ReadonlySet<string>, { old, now }: Way, isRestDone: boolean | undefined): boolean {
  const path = documentPath(document);
  const [before, after] = [old, now].map((documents) => documents.some((each) => documentPath(each) === path));
  if ((before && after) || referenced.has(path) || document.kind === 'Cluster') return true;
  return isRestDone !== undefined && isRestDone === after;
}

/** Control planes cannot go below their count with fewer than three nodes: the API would be gone. */
export const MIN_NODES_TO_SCALE_IN = 3;

function withTemporaryStrategy(documents: readonly Document[], { axes, temporarySurge }: Way, place: readonly number[]): Document[] {
  const axis = axes.findIndex(({ kind }) => kind === 'strategy');
  if (axis < 0 || axes[axis].length !== 3 || place[axis] !== 1) return [...documents];
  return documents.map((document) => {
    if (document.kind !== 'Cluster') return document;
    const spec = clusterOf(documents).spec;
    const controlPlane = spec?.controlPlaneConfiguration;
    const controlPlaneSurge = (controlPlane?.count ?? 1) >= MIN_NODES_TO_SCALE_IN ? temporarySurge : 1;
    const groups = spec?.workerNodeGroupConfigurations?.map((group) => ({
      ...group,
      upgradeRolloutStrategy: rolling({ maxSurge: temporarySurge, maxUnavailable: 1 - temporarySurge }),
    }));
    return {
      ...document,
      spec: {
        ...spec,
        controlPlaneConfiguration: { ...controlPlane, upgradeRolloutStrategy: rolling({ maxSurge: controlPlaneSurge }) },
        ...(groups ? { workerNodeGroupConfigurations: groups } : {}),
      },
    };
  });
}

function rolling(rollingUpdate: NonNullable<RolloutStrategy['rollingUpdate']>): RolloutStrategy {
  return { type: 'RollingUpdate', rollingUpdate };
}

/** Images follow the versions of the nodes that start from them. */
function withImages(documents: readonly Document[], way: Way): PlannedState {
  const neededImages: NeededImage[] = [];
  const chosen = new Map(imagePlaces(way.old, way.now).map((path) => [path, imageFor(path, documents, way, neededImages)]));
  return { documents: documents.map((document) => withImage(document, chosen)), neededImages };
}

function imageFor(path: string, documents: readonly Document[], way: Way, needed: NeededImage[]): string | undefined {
  const [old, now] = [way.old, way.now].map((state) => imageAt(state, path));
  const [before, after, version] = [way.old, way.now, documents].map((state) => versionOfImage(state, path));
  if (old === now) {
    const isOfAnother = old !== undefined && version !== undefined && !namesVersion(old, version)
      && [before, after].some((each) => each !== undefined && namesVersion(old, each));
    if (!isOfAnother) return old;
  } else if (before === after) {
    return imageAt(documents, path);
  } else if (version === after) {
    return now;
  }
  if (version === before || version === undefined || old === undefined) return old;
  const given = givenImage(way.images, path, version);
  if (given === undefined) needed.push({ version, path, was: old });
  return given ?? standIn(path, version);
}

function withImage(document: Document, chosen: ReadonlyMap<string, string | undefined>): Document {
  const path = documentPath(document);
  const spec: Record<string, unknown> = { ...document.spec as object };
  const places = [...chosen].filter(([place, image]) => place.startsWith(`${path}.spec.`) && imageAt([document], place) !== image);
  if (places.length === 0) return document;
  for (const [place, image] of places) {
    const field = place.slice(`${path}.spec.`.length);
    if (image === undefined) delete spec[field];
    else spec[field] = image;
  }
  return { ...document, spec };
}
