import type { OutputFiles } from '../../../private/output-files';
import { INDEX_VERSION } from './index-document';
import type { HandoffIndex, PulledFile, PulledSecret } from './index-document';

/** A plane as its site gets it. */
export interface ContentsOfPlane {
  readonly name: string;
  /** Name → text, whose tokens CloudFormation resolves. */
  readonly files: OutputFiles;
  /** Secrets that the command line fetches. */
  readonly pulledSecrets: readonly PulledSecret[];
}

/** A plane for Docker Compose as its site gets it. */
export interface ContentsOfMachine {
  readonly name: string;
  /** Name → text, whose tokens CloudFormation resolves. */
  readonly files: OutputFiles;
  /** What the command line writes beside them. */
  readonly pulledFiles: readonly PulledFile[];
}

/** Collects what a site gets. */
export class SiteContents {
  private readonly planes: ContentsOfPlane[] = [];
  private readonly machines: ContentsOfMachine[] = [];
  private readonly clusters = new Map<string, () => OutputFiles>();
  private readonly fluxFiles = new Map<string, string>();

  constructor(private readonly site: string) {}

  public addPlane(plane: ContentsOfPlane): void {
    this.planes.push(plane);
  }

  public addMachine(machine: ContentsOfMachine): void {
    this.machines.push(machine);
  }

  /** @param render called when the app is synthesized, because packages and machines may be added until then */
  public addCluster(name: string, render: () => OutputFiles): void {
    this.clusters.set(name, render);
  }

  /** @throws Error when the site has a file of that name already */
  public addFluxFile(name: string, text: string): void {
    if (this.fluxFiles.has(name)) throw new Error(`the site ${this.site} has a ${name} already: expected one`);
    this.fluxFiles.set(name, text);
  }

  public isEmpty(): boolean {
    return this.planes.length + this.machines.length === 0;
  }

  /** Path below the site's prefix, and text. */
  public files(): readonly (readonly [path: string, text: string])[] {
    return [
      ...this.fluxFiles,
      ...this.planes.flatMap(({ name, files }) => Object.entries(files).map(([file, text]) => [`planes/${name}/${file}`, text] as const)),
      // Apart from the planes on Kubernetes: Flux applies everything beside those.
      ...this.machines.flatMap(({ name, files }) =>
        Object.entries(files).map(([file, text]) => [`machines/${name}/${file}`, text] as const),
      ),
      ...[...this.clusters].flatMap(([name, render]) =>
        Object.entries(render())
          .filter(isForTools)
          .map(([file, text]) => [`clusters/${name}/${file}`, text] as const),
      ),
    ];
  }

  /** The index but for the digests, which are known when CloudFormation has resolved the texts. */
  public index(): Omit<HandoffIndex, 'files'> {
    return {
      version: INDEX_VERSION,
      site: this.site,
      planes: this.planes.map(({ name, pulledSecrets }) => ({ name, folder: `planes/${name}`, secrets: pulledSecrets })),
      ...(this.machines.length > 0 && {
        machines: this.machines.map(({ name, pulledFiles }) => ({ name, folder: `machines/${name}`, secrets: pulledFiles })),
      }),
      clusters: [...this.clusters.keys()].map((name) => ({ name, folder: `clusters/${name}` })),
      fluxFiles: [...this.fluxFiles.keys()],
    };
  }
}

/** Pictures are for people, who find them in `cdk.out`. */
function isForTools([file]: readonly [string, string]): boolean {
  return !file.endsWith('.svg');
}
