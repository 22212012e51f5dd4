import type { Construct } from 'constructs';
import { requirePort } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { GatewayTarget } from './gateway-target';
import type { HandoffSite } from './handoff-site';
import { refuseExternalDns, refuseLoadBalancerCertificate, refuseRecord } from './private/consumers/refusals';
import type { CacheOffer } from './private/fallback/cache-offer';
import { ComposePlane } from './private/machines/compose-plane';
import { refusePlaneCertificate } from './private/manifests/plane-certificate-objects';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import { requireRepository } from './private/plane/image-repository';

/** Options of `DockerTarget.compose()`. */
export interface DockerTargetOptions {
  /**
   * Repository that the machine pulls the gateway's image from, without a tag, such as
   * `registry.acme.example/hybridge`. The tag follows from the image's content; `compose.yaml` names it.
   */
  readonly imageRepository: string;

  /**
   * Port of the machine for plain HTTP, 1 to 65535.
   *
   * @default 8000
   */
  readonly httpPort?: number;

  /**
   * Port of the machine for TLS, 1 to 65535.
   *
   * @default 8443
   */
  readonly httpsPort?: number;

  /**
   * Site of a `Handoff` (`Handoff.addSite()`) that delivers the plane's files with all values. On the machine,
   * `hybridge handoff pull` fetches files and secrets.
   *
   * @default - copy the files in `cdk.out/hybridge/<plane>/` to the machine; fetch.sh fetches the rest
   */
  readonly site?: HandoffSite;
}

/**
 * A data plane of one node runs with Docker on a laptop or an edge box.
 *
 * Three files are written to `cdk.out/hybridge/<plane>/`, to be copied to the machine: `compose.yaml`, `plane.env` with
 * the settings, and `fetch.sh`, which fetches the rest for the user that runs it: values known only after deployment
 * from the SSM Parameter Store, certificate and key from Secrets Manager. Then run `docker compose up --detach`. The
 * machine needs Docker with Compose 2.30 or later and the AWS CLI.
 *
 * With a `site`, the machine gets the first two by `hybridge handoff pull`, which also fetches certificate and key and
 * prints the commands to run; it needs Node.js in place of the AWS CLI.
 */
export class DockerTarget extends GatewayTarget {
  /**
   * A machine with Docker Compose.
   *
   * @example
   * const target = DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' });
   */
  public static compose(options: DockerTargetOptions): DockerTarget {
    return atPlace('DockerTarget.compose', () => new DockerTarget(options));
  }

  private constructor(private readonly options: DockerTargetOptions) {
    super();
    const { httpPort = 8000, httpsPort = 8443 } = options;
    requireRepository(options.imageRepository);
    requirePort('httpPort', httpPort);
    requirePort('httpsPort', httpsPort);
    if (httpPort === httpsPort) throw new Error(`httpsPort: got ${httpsPort}, which httpPort has already; expected another port`);
  }

  /** @internal */
  public override get _replicas(): number {
    return 1;
  }

  /** @internal */
  public _dataPlaneScope(controlPlane: Construct): Construct {
    return controlPlane;
  }

  /** @internal */
  public _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string {
    return `${this.options.imageRepository}:${engine._image(scope).tag}`;
  }

  /** @internal */
  public get _configurationCaches(): CacheOffer {
    return {
      target: 'a machine with Docker', volume: false, otherwise: 'the machine keeps it in the folder state, over restarts: remove it',
    };
  }

  /** @internal */
  public _place(scope: Construct, spec: DataPlaneSpec): void {
    const { plane, logs, cache } = spec;
    refusePlaneCertificate('a machine with Docker', plane);
    refuseLoadBalancerCertificate('a machine with Docker has none', spec.consumers);
    refuseRecord('the address of a machine with Docker is not known here', 'make the record of the machine yourself', spec.consumers);
    refuseExternalDns('a machine with Docker', 'make the record of the machine yourself', spec.consumers);
    const { httpPort: http = 8000, httpsPort: https = 8443, site } = this.options;
    if (logs) {
      throw new Error(
        'logs: a machine with Docker has no role in AWS to sign requests with, expected logs with an ingest, which '
          + 'takes a token: set ingest: true on them',
      );
    }
    if (cache) {
      throw new Error(
        `cache: ${cache.node.path} lets in its own VPC only, expected a plane on EKS, ECS or an Auto Scaling group `
          + 'there: leave it out here, because a single node has no other node to share with',
      );
    }
    const clash = plane.streams?.find(({ port }) => port === http || port === https);
    if (clash) throw new Error(`streamPorts: got ${clash.port}, which is httpPort or httpsPort of the machine, expected another port`);
    if (plane.replicas !== 1) {
      throw new Error(
        `replicas: got ${plane.replicas}, expected 1, because the nodes of one machine would share its ports: give `
          + 'each machine a data plane of its own',
      );
    }
    new ComposePlane(scope, 'Resource', { spec, ports: { http, https }, site });
  }
}
