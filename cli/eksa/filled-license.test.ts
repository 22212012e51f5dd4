import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { licenseToken } from '../../test/eksa/license-token';
import { licenseProblems } from './filled-license.ts';
import { sample } from './testing.ts';

function problems(token: string): string | undefined {
  const text = readFileSync(sample('bare-metal.yaml'), 'utf8');
  return licenseProblems('install/cluster.yaml', text.replace('  kubernetesVersion', `  licenseToken: "${token}"\n  kubernetesVersion`));
}

describe('hybridge eksa render', () => {
  it('says that a licence is over, and does not show the token', () => {
    const token = licenseToken({ endValidity: '2020-01-31T00:00:00Z' });
    expect(problems(token)).toMatch(
      /^install\/cluster\.yaml:25 +warning license-expired +Cluster\.spec\.licenseToken expired on 2020-01-31\n +→ .*\n/,
    );
    expect(problems(token)).toMatch(/\nthe files were written all the same\n$/);
    expect(problems(token)).not.toContain(token.slice(0, 20));
  });

  it('says nothing of a licence that is valid, and of files without one', () => {
    expect(problems(licenseToken())).toBeUndefined();
    expect(licenseProblems('cluster.yaml', readFileSync(sample('bare-metal.yaml'), 'utf8'))).toBeUndefined();
  });
});
