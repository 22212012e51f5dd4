/** The generated Java sources, compiled with a program that synthesizes, with the oldest and the newest versions of the peers. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MANIFEST, OLDEST, ROOT, isInstalled, run, skipped, textOf } from './language';
import type { Synthesized, Versions } from './language';

/** By names in npm. */
const ARTIFACTS: Readonly<Record<string, string>> = {
  'aws-cdk-lib': 'software.amazon.awscdk:aws-cdk-lib',
  'cdk8s': 'org.cdk8s:cdk8s',
  'constructs': 'software.constructs:constructs',
};

/** What the generated sources need beside the peers. */
const OTHERS = ['org.jetbrains:annotations:16.0.3', 'javax.annotation:javax.annotation-api:1.3.2'];

/**
 * @param sources what jsii-pacmak has generated for Java
 * @param folder empty
 */
export function java(sources: string, folder: string): readonly Synthesized[] {
  const missing = [['javac', '-version'], ['mvn', '-version']].find(([command, word]) => !isInstalled(command!, word!));
  if (missing) {
    skipped('the Java package', `${missing[0]} is not installed here`);
    return [];
  }
  const ends: readonly Versions[] = [OLDEST, MANIFEST.devDependencies];
  return ends.flatMap((versions, index) => synthesize(sources, join(folder, String(index)), versions));
}

function synthesize(sources: string, folder: string, versions: Versions): readonly Synthesized[] {
  mkdirSync(folder, { recursive: true });
  const libraries = classpath(folder, versions);
  if (libraries === undefined) {
    skipped(`the Java package with ${textOf(versions)}`, 'the Maven registry does not have all of them');
    return [];
  }
  const classes = join(folder, 'classes');
  const main = join(sources, 'src', 'main');
  const files = readdirSync(join(main, 'java'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.java'));
  const list = join(folder, 'sources.txt');
  writeFileSync(list, [...files.map((file) => join(main, 'java', file)), join(ROOT, 'test', 'languages', 'Topology.java')].join('\n'));
  run('javac', ['-nowarn', '-proc:none', '-cp', libraries, '-d', classes, `@${list}`]);
  const outdir = join(folder, 'cdk.out');
  // The resources carry the JavaScript of the package.
  run('java', ['-cp', [classes, join(main, 'resources'), libraries].join(delimiter), 'Topology'], { env: { CDK_OUTDIR: outdir } });
  return [{ title: 'Java', versions, outdir }];
}

/** @returns undefined when the registry lacks one of the versions */
function classpath(folder: string, versions: Versions): string | undefined {
  const peers = Object.entries(ARTIFACTS).map(([name, artifact]) => `${artifact}:${versions[name]}`);
  const dependency = (coordinates: string) => {
    const [group, artifact, version] = coordinates.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  };
  writeFileSync(join(folder, 'pom.xml'), '<project><modelVersion>4.0.0</modelVersion><groupId>check</groupId><artifactId>check</artifactId>'
    + `<version>1</version><dependencies>${[...peers, ...OTHERS].map(dependency).join('')}</dependencies></project>`);
  try {
    const file = join(folder, 'classpath.txt');
    run('mvn', ['-q', '-B', 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], { cwd: folder });
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (/Could not find artifact|Could not resolve|status code: 40[34]|Forbidden|No versions available/i.test((error as Error).message)) {
      return undefined;
    }
    throw error;
  }
}
