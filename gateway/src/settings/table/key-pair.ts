/** A certificate and its key, as two settings that are read together. */
import { readKeyPair } from '../key-material.ts';
import type { KeyPair } from '../key-material.ts';
import { SettingProblem } from '../setting-problem.ts';
import { derived, optional } from '../setting.ts';
import type { Derived, Setting } from '../setting.ts';
import { material } from '../value-kinds.ts';

/** Settings of one pair. */
interface KeyPairSettings {
  readonly certificate: Setting<string | undefined>;
  readonly key: Setting<string | undefined>;
}

/**
 * @param name of the certificate's setting; `_KEY` is added for the key's
 * @param description of the certificate, with what is used when it is absent
 */
export function keyPairSettings(name: string, description: string): KeyPairSettings {
  return {
    certificate: optional(name, material, description),
    key: optional(`${name}_KEY`, material, `Private key of the certificate in ${name}.`, true),
  };
}

export function keyPair({ certificate, key }: KeyPairSettings): Derived<KeyPair | undefined> {
  return derived([certificate, key], (reader) => {
    const [givenCertificate, givenKey] = [reader.given(certificate), reader.given(key)];
    if (givenCertificate !== undefined && givenKey !== undefined) return readKeyPair(givenCertificate, givenKey);
    if (givenCertificate === undefined && givenKey === undefined) return undefined;
    const [given, missing] = givenCertificate === undefined ? [key, certificate] : [certificate, key];
    throw new SettingProblem(`${missing.name} is missing: ${given.name} is set, and a certificate and its key go together`);
  });
}
