import { IMAGE_NAME } from '../../../private/contract';
import { CHART_NAME } from './kong-chart';
import type { PlaneDescription } from './plane';

const COMPONENTS = { control_plane: 'control-plane', data_plane: 'data-plane' } as const;

/**
 * What selectors match: our labels, or those that Kong's chart gives to pods. Immutable in a Deployment: a change here
 * replaces every plane.
 */
export function selectorLabels(plane: PlaneDescription): Readonly<Record<string, string>> {
  if (plane.chart) {
    return { 'app.kubernetes.io/name': CHART_NAME, 'app.kubernetes.io/instance': plane.name, 'app.kubernetes.io/component': 'app' };
  }
  return {
    'app.kubernetes.io/name': IMAGE_NAME,
    'app.kubernetes.io/instance': plane.name,
    'app.kubernetes.io/component': COMPONENTS[plane.role],
  };
}

/** Labels of every object of a plane. */
export function objectLabels(plane: PlaneDescription): Readonly<Record<string, string>> {
  return { ...selectorLabels(plane), 'app.kubernetes.io/part-of': IMAGE_NAME, 'app.kubernetes.io/managed-by': 'cdk-hybridge' };
}

/** Pods of Jobs that apply configurations: clients of the Admin API. */
export function configurationLabels(plane: PlaneDescription): Readonly<Record<string, string>> {
  return { ...objectLabels(plane), 'app.kubernetes.io/component': CONFIGURATION };
}

/** `app.kubernetes.io/component` of these pods. */
export const CONFIGURATION = 'configuration';

/** Labels of the migrations' pods: the plane's Services do not select them, its network policy for the database does. */
export function migrationLabels(plane: PlaneDescription): Readonly<Record<string, string>> {
  return { ...objectLabels(plane), 'app.kubernetes.io/component': 'migrations' };
}
