import { X509Certificate, createPrivateKey } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { Answer, FakeAws } from './fake-aws.testing.ts';
import { tunnelCertificate } from './tunnel-certificate.ts';
import { tunnelRotation } from './tunnel-rotation.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:hybridge/Cloud/control-plane/tunnel-AbCdEf';
const PROPERTIES = { SecretArn: ARN, CommonName: 'kong_clustering', ValidDays: '400', Rotates: 'true' };
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Secrets Manager with versions and stages, as far as a rotation needs them. */
class Versions {
  readonly texts = new Map<string, string>();
  readonly stages = new Map<string, string>();
  readonly operations = {
    GetSecretValue: (input: Record<string, string>) => this.#get(input),
    PutSecretValue: (input: Record<string, string>) => this.#put(input as never),
    DescribeSecret: () =>
      ({ status: 200, body: { VersionIdsToStages: Object.fromEntries([...this.texts.keys()].map((id) => [id, this.#stagesOf(id)])) } }),
    UpdateSecretVersionStage: ({ VersionStage = '', MoveToVersionId = '', RemoveFromVersionId }: Record<string, string>) =>
      this.#move(VersionStage, MoveToVersionId, RemoveFromVersionId),
  };

  document(stage = 'AWSCURRENT'): Record<string, string> {
    return JSON.parse(this.texts.get(this.stages.get(stage)!)!) as Record<string, string>;
  }

  #stagesOf(id: string): string[] {
    return [...this.stages].filter(([, at]) => at === id).map(([stage]) => stage);
  }

  #get({ VersionStage = 'AWSCURRENT', VersionId }: Record<string, string>): Answer {
    const id = this.stages.get(VersionStage);
    if (id === undefined || (VersionId !== undefined && VersionId !== id) || !this.texts.has(id)) {
      return {
        status: 400,
        body: { __type: 'ResourceNotFoundException', message: 'no such version' },
      };
    }
    return { status: 200, body: { SecretString: this.texts.get(id) } };
  }

  #put({
    ClientRequestToken, SecretString,
    VersionStages = ['AWSCURRENT'],
  }: { ClientRequestToken?: string; SecretString: string; VersionStages?: string[] }): Answer {
    const id = ClientRequestToken ?? `version-${this.texts.size}`;
    if (this.texts.has(id) && this.texts.get(id) !== SecretString) {
      return {
        status: 400,
        body: { __type: 'ResourceExistsException', message: 'another value' },
      };
    }
    this.texts.set(id, SecretString);
    for (const stage of VersionStages) this.stages.set(stage, id);
    return { status: 200, body: {} };
  }

  #move(stage: string, to: string, from: string | undefined): Answer {
    if (this.stages.get(stage) !== from) {
      return {
        status: 400,
        body: { __type: 'InvalidParameterException', message: 'the stage is elsewhere' },
      };
    }
    this.stages.set(stage, to);
    return { status: 200, body: {} };
  }
}

let versions: Versions;
let aws: FakeAws;
let client: SecretsManagerClient;
beforeEach(async () => {
  versions = new Versions();
  aws = await startFakeAws(versions.operations);
  client = new SecretsManagerClient(aws.client);
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await tunnelCertificate(aws.event('Create', PROPERTIES), client);
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.destroy();
  await aws.close();
});

const step = (Step: string, token: string, days = 400) => tunnelRotation({ Step, SecretId: ARN, ClientRequestToken: token }, client, days);
async function turn(token: string): Promise<void> {
  for (const each of STEPS) await step(each, token);
}
const accepted = (document: Record<string, string>) => document.accepted!.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) =>
  new X509Certificate(pem).fingerprint256);
const fingerprint = (pem: string | undefined) => new X509Certificate(pem!).fingerprint256;

describe('what the stack makes', () => {
  it('announces the next certificate together with the first', () => {
    const document = versions.document();
    expect(accepted(document)).toEqual([fingerprint(document.certificate), fingerprint(document.nextCertificate)]);
  });

  it('keeps the certificate of a secret that was made without rotation', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
    versions.texts.set(versions.stages.get('AWSCURRENT')!, JSON.stringify({ certificate, privateKey: key }));
    await tunnelCertificate(aws.event('Update', PROPERTIES), client);
    expect(versions.document().certificate).toBe(certificate);
    expect(accepted(versions.document())).toHaveLength(2);
  });

  it.each(['Create', 'Update'] as const)('stays as it is on a further %s', async (type) => {
    await turn('one');
    const before = versions.document();
    await tunnelCertificate(aws.event(type, PROPERTIES), client);
    expect(versions.document()).toEqual(before);
  });
});

describe('a rotation', () => {
  it('makes the announced pair current, announces another, and accepts the previous one', async () => {
    const before = versions.document();
    await turn('one');
    const after = versions.document();
    expect(after.certificate).toBe(before.nextCertificate);
    expect(after.privateKey).toBe(before.nextPrivateKey);
    expect(accepted(after)).toEqual([after.certificate, after.nextCertificate, before.certificate].map(fingerprint));
    expect(new X509Certificate(after.nextCertificate!).checkPrivateKey(createPrivateKey(after.nextPrivateKey!))).toBe(true);
  });

  it('drops the certificate of two rotations ago, and never presents one that was not accepted before', async () => {
    const seen = [versions.document()];
    for (const token of ['one', 'two', 'three']) {
      await turn(token);
      seen.push(versions.document());
    }
    for (const [at, document] of seen.entries()) {
      expect(accepted(document)).toHaveLength(at === 0 ? 2 : 3);
      for (const neighbour of [seen[at - 1],
        seen[at + 1]]) if (neighbour) expect(accepted(neighbour)).toContain(fingerprint(document.certificate));
    }
    expect(accepted(seen[3]!)).not.toContain(fingerprint(seen[1]!.certificate));
  });

  it.each(STEPS)('makes the same when %s comes again', async (repeated) => {
    for (const each of STEPS) {
      await step(each, 'one');
      const before = versions.document('AWSPENDING');
      if (each === repeated) await step(each, 'one');
      expect(versions.document('AWSPENDING')).toEqual(before);
    }
    expect(versions.stages.get('AWSCURRENT')).toBe('one');
  });

  it('changes nothing that is in use before its last step', async () => {
    const before = versions.document();
    for (const each of STEPS.slice(0, 3)) await step(each, 'one');
    expect(versions.document()).toEqual(before);
  });

  it('announces first where nothing was announced', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
    versions.texts.set(versions.stages.get('AWSCURRENT')!, JSON.stringify({ certificate, privateKey: key }));
    await turn('one');
    expect(versions.document().certificate).toBe(certificate);
    expect(accepted(versions.document())).toHaveLength(2);
  });

  it('logs and throws nothing of a key', async () => {
    const lines: unknown[][] = [];
    vi.mocked(console.log).mockImplementation((...line) => void lines.push(line));
    await turn('one');
    expect(JSON.stringify(lines)).not.toContain('PRIVATE KEY');
    expect(lines).toHaveLength(4);
  });
});

describe('Secrets Manager', () => {
  it('may test a schedule with a version that holds nothing', async () => {
    await expect(step('testSecret', 'probe')).resolves.toBeUndefined();
  });

  it.each([
    ['current pair', (document: Record<string, string>) => ({ ...document, privateKey: document.nextPrivateKey! })],
    ['announced pair', (document: Record<string, string>) => ({ ...document, nextCertificate: 'x' })],
  ])('learns of a version without a good %s', async (what, spoil) => {
    await step('createSecret', 'one');
    versions.texts.set('one', JSON.stringify(spoil(versions.document('AWSPENDING'))));
    await expect(step('testSecret', 'one')).rejects.toThrow(`the secret holds no ${what} for kong_clustering`);
  });

  it('learns of a secret that holds something else', async () => {
    versions.texts.set(versions.stages.get('AWSCURRENT')!, 'hunter2');
    const failure = step('createSecret', 'one');
    await expect(failure).rejects.toThrow('the secret holds no JSON document');
    await expect(failure).rejects.not.toThrow('hunter2');
  });

  it('learns of a step that is none', async () => {
    await expect(step('constructor',
      'one')).rejects.toThrow('Step: got "constructor", expected one of createSecret, setSecret, testSecret, finishSecret');
  });
});
