import type { CuratedPackage, PackageCluster } from '../../eksa/packages/curated-package';
import { atPlace } from '../../private/input/place';
import { anyPackage } from '../private/packages/any-package';
import { certManager, clusterAutoscaler, credentialProvider, metricsServer } from '../private/packages/cluster-services';
import { emissary, emissaryCrds, helloEksAnywhere } from '../private/packages/emissary';
import { harbor } from '../private/packages/harbor';
import { metalLb } from '../private/packages/metal-lb';
import { adot, prometheus } from '../private/packages/observability';
import type { AnyPackageOptions } from './any-package';
import type { CertManagerOptions, ClusterAutoscalerOptions, CredentialProviderOptions, MetricsServerOptions } from './cluster-services';
import type { EmissaryOptions, HelloEksAnywhereOptions } from './emissary';
import type { HarborOptions } from './harbor';
import type { MetalLbOptions } from './metal-lb';
import type { AdotOptions, PrometheusOptions } from './observability';
import type { PackageOptions } from './package-options';

/**
 * A curated package of EKS Anywhere: software that its package controller installs and upgrades. Needs an EKS Anywhere Enterprise
 * Subscription. Given to a cluster with `addPackage`, it is written to `cdk.out/hybridge/<id>/packages.yaml`, for
 * `eksctl anywhere apply packages -f packages.yaml` on the management cluster.
 */
export class Package {
  /**
   * MetalLB: addresses of the site's network for services of type LoadBalancer, in the namespace `metallb-system`. The
   * pools are checked against the addresses and networks of the cluster.
   *
   * @throws Error that names the invalid pool, name or peer
   */
  public static metalLb(options: MetalLbOptions): Package {
    return atPlace('Package.metalLb', () => new Package(metalLb(options)));
  }

  /**
   * cert-manager: certificates for services, in the namespace `cert-manager`. On workload clusters only: others have one for their own use.
   *
   * @throws Error that names the invalid option
   */
  public static certManager(options: CertManagerOptions = {}): Package {
    return atPlace('Package.certManager', () => new Package(certManager(options)));
  }

  /**
   * Prometheus with its node exporter, in the namespace `observability`.
   *
   * @throws Error that names the invalid option
   */
  public static prometheus(options: PrometheusOptions = {}): Package {
    return atPlace('Package.prometheus', () => new Package(prometheus(options)));
  }

  /**
   * AWS Distro for OpenTelemetry, a collector of metrics, traces and logs, in the namespace `observability`.
   *
   * @throws Error that names the invalid option
   */
  public static adot(options: AdotOptions = {}): Package {
    return atPlace('Package.adot', () => new Package(adot(options)));
  }

  /**
   * Harbor, a registry of container images, in the namespace `harbor`.
   *
   * @throws Error that names the invalid option
   */
  public static harbor(options: HarborOptions): Package {
    return atPlace('Package.harbor', () => new Package(harbor(options)));
  }

  /**
   * Cluster Autoscaler, which adds and removes nodes of the groups with `autoscaling`, in the namespace `eksa-system`.
   * That of a workload cluster runs on its management cluster.
   *
   * @throws Error that names the invalid option
   */
  public static clusterAutoscaler(options: ClusterAutoscalerOptions = {}): Package {
    return atPlace('Package.clusterAutoscaler', () => new Package(clusterAutoscaler(options)));
  }

  /**
   * Metrics server, which `kubectl top` and horizontal autoscaling ask, in the namespace `kube-system`.
   *
   * @throws Error that names the invalid option
   */
  public static metricsServer(options: MetricsServerOptions = {}): Package {
    return atPlace('Package.metricsServer', () => new Package(metricsServer(options)));
  }

  /**
   * Credential provider, with which nodes pull images from Amazon ECR, in the namespace `eksa-packages`. Replaces the
   * one that the package controller installs. Not on Bottlerocket.
   *
   * @throws Error that names the invalid option
   */
  public static credentialProvider(options: CredentialProviderOptions): Package {
    return atPlace('Package.credentialProvider', () => new Package(credentialProvider(options)));
  }

  /**
   * Emissary Ingress, a gateway for HTTP and gRPC, in the namespace `emissary`. Its custom resource definitions are a package of their own:
   * add `Package.emissaryCrds()`, too. A cluster may have several, each with another `name`.
   *
   * @throws Error that names the invalid option
   */
  public static emissary(options: EmissaryOptions = {}): Package {
    return atPlace('Package.emissary', () => new Package(emissary(options)));
  }

  /**
   * The custom resource definitions of Emissary Ingress and the server that converts them, which runs in the namespace
   * `emissary-system`: the package makes that one itself, so it cannot be its `targetNamespace`. Written before `Package.emissary()`,
   * in whatever order they are added.
   *
   * @throws Error that names the invalid option
   */
  public static emissaryCrds(options: PackageOptions = {}): Package {
    return atPlace('Package.emissaryCrds', () => new Package(emissaryCrds(options)));
  }

  /**
   * A page that shows that packages work on the cluster, in the namespace `default`.
   *
   * @throws Error that names the invalid option
   */
  public static helloEksAnywhere(options: HelloEksAnywhereOptions = {}): Package {
    return atPlace('Package.helloEksAnywhere', () => new Package(helloEksAnywhere(options)));
  }

  /**
   * Any package by its name in the bundle, with the settings that its schema there has. Synthesis warns about a name that no bundle known
   * to this library has; the rules about other packages apply to it as well.
   *
   * @param packageName such as `metallb-crds`; `eksctl anywhere list packages` prints those of a release
   * @throws Error that names the invalid option
   */
  public static of(packageName: string, options: AnyPackageOptions = {}): Package {
    return atPlace('Package.of', () => new Package(anyPackage(packageName, options)));
  }

  private constructor(
    /**
     * The package for a cluster.
     * @internal
     */
    public readonly _on: (cluster: PackageCluster) => CuratedPackage,
  ) {}
}
