import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { BareMetalCluster, VSphereCluster } from '../../src';
import { check } from '../../src/eksa/check-text';
import { isKnownKind } from '../../src/eksa/schema/kinds';
import { crdViolations } from '../eksa/strict-crd';
import { newApp, synthesized } from './sample';
import { validBareMetal, validVSphere } from './valid-props';

const CRDS = join(__dirname, '..', '..', '..', 'shared', 'data', 'eks-anywhere', 'crds');

/** Errors that our checker finds in the text, and breaches of the strict schemas where these are available. */
function faults(yaml: string, csv?: string): string[] {
  const own = check(yaml, csv).filter(({ severity }) => severity === 'error').map(({ path, message }) => `${path} ${message}`);
  const schema = existsSync(CRDS)
    ? parseAllDocuments(yaml, { version: '1.1' })
      .map((document) => document.toJS())
      .filter(({ kind }) => isKnownKind(kind))
      .flatMap(crdViolations)
    : [];
  return [...own, ...schema];
}

test('the checker accepts the bare-metal files of any valid properties', () => {
  fc.assert(fc.property(validBareMetal, (props) => {
    const app = newApp();
    new BareMetalCluster(app, 'Any', props);
    expect(faults(synthesized(app, 'Any/cluster.yaml'), synthesized(app, 'Any/hardware.csv'))).toEqual([]);
  }), { numRuns: 40 });
}, 30_000);

test('the checker accepts the vSphere file of any valid properties', () => {
  fc.assert(fc.property(validVSphere, (props) => {
    const app = newApp();
    new VSphereCluster(app, 'Any', props);
    expect(faults(synthesized(app, 'Any/cluster.yaml'))).toEqual([]);
  }), { numRuns: 40 });
}, 30_000);
