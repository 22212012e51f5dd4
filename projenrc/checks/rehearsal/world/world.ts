/** Everything that the synthesized templates of one program describe. */
import { readAssembly } from './assembly';
import type { StackOfAssembly } from './assembly';
import { objectsOf, releasesOf } from './kubernetes-objects';
import type { KubernetesObject, Release } from './kubernetes-objects';
import { resourcesOf } from './resources';
import type { Resource } from './resources';
import { mentionsIn } from './tokens';
import { workloadsOf } from './workloads';
import type { Workload } from './workloads';

export class World {
  public static read(folder: string): World {
    return new World(readAssembly(folder));
  }

  public readonly resources: readonly Resource[];
  public readonly objects: readonly KubernetesObject[];
  public readonly releases: readonly Release[];
  public readonly workloads: readonly Workload[];
  private readonly byKey: ReadonlyMap<string, Resource>;
  private readonly byType = new Map<string, Resource[]>();

  public constructor(public readonly stacks: readonly StackOfAssembly[]) {
    this.resources = resourcesOf(stacks);
    this.byKey = new Map(this.resources.map((resource) => [resource.key, resource]));
    for (const resource of this.resources) this.byType.set(resource.type, [...this.byType.get(resource.type) ?? [], resource]);
    this.objects = objectsOf(this.resources);
    this.releases = releasesOf(this.resources);
    this.workloads = workloadsOf(this.resources, this.objects, this.releases);
  }

  public get(key: string | undefined): Resource | undefined {
    return key === undefined ? undefined : this.byKey.get(key);
  }

  public ofType(...types: readonly string[]): readonly Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** Resources that a value refers to. */
  public mentioned(value: Parameters<typeof mentionsIn>[0]): readonly Resource[] {
    return [...new Set(mentionsIn(value).map(({ key }) => key))].flatMap((key) => this.get(key) ?? []);
  }
}
