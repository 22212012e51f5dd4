/** Authorities that a node trusts when it connects to others. */
import { readCertificates } from '../key-material.ts';
import { derived, setting } from '../setting.ts';
import { list } from '../value-kinds.ts';

const TRUSTED_CERTIFICATE = setting('KONG_LUA_SSL_TRUSTED_CERTIFICATE', list, 'system',
  'Authorities that this node trusts when it verifies an upstream, a control plane (`pki`) or PostgreSQL: `system` for those of the '
    + 'machine, '
  + 'paths of PEM files, or base64 of PEM.');

/** As PEM; `system` stands for the machine's own. */
export const TRUSTED = derived([TRUSTED_CERTIFICATE], (reader): readonly string[] => (
  reader.value(TRUSTED_CERTIFICATE).map((text) => (text === 'system' ? text
    : readCertificates({ name: TRUSTED_CERTIFICATE.name, text })))));
