/** A certificate for the proxies of the bench. ECDSA, as certificates of today are. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BenchIdentity {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** @throws Error `openssl` fails */
export function createIdentity(commonName = 'localhost'): BenchIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  try {
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${commonName}`,
      '-keyout', key, '-out', certificate,
    ], { stdio: 'ignore' });
    return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
