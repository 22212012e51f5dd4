import { shown, atPlace } from '../private/input/place';
import { requireAddress, requireCidrs } from '../private/network/cidr-text';
import { requireIpv4Range } from '../private/network/ipv4-range';

/**
 * Ports of `Exposure.nodePort()`, each 30000 to 32767.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
 */
export interface NodePortOptions {
  /**
   * Port on every node for plain HTTP.
   *
   * @default 30080
   */
  readonly http?: number;

  /**
   * Port on every node for TLS.
   *
   * @default 30443
   */
  readonly https?: number;
}

/** How consumers reach the proxy of a data plane. */
export class Exposure {
  /** Only inside the cluster. */
  public static clusterIp(): Exposure {
    return new Exposure({ kind: 'cluster' });
  }

  /** A load balancer with private addresses: a Network Load Balancer, unless the target says otherwise. In AWS only. */
  public static internalLoadBalancer(): Exposure {
    return new Exposure({ kind: 'network-load-balancer' });
  }

  /**
   * A load balancer on the internet: a Network Load Balancer, unless the target says otherwise. In AWS only.
   *
   * @param cidrs networks of consumers in CIDR notation; `0.0.0.0/0` is the whole internet
   */
  public static internetLoadBalancer(...cidrs: string[]): Exposure {
    atPlace('Exposure.internetLoadBalancer', () => requireCidrs('cidrs', cidrs));
    return new Exposure({ kind: 'network-load-balancer', sourceCidrs: cidrs });
  }

  /** A port on every node. On EKS Anywhere and hybrid nodes of EKS; a load balancer of the site is in front of them. */
  public static nodePort(options: NodePortOptions = {}): Exposure {
    const { http = 30080, https = 30443 } = options;
    atPlace('Exposure.nodePort', () => {
      requireNodePort('http', http);
      requireNodePort('https', https);
      if (http === https) throw new Error(`https: got ${https}, which http has already; expected another port`);
    });
    return new Exposure({ kind: 'node-port', nodePorts: { 'proxy': http, 'proxy-tls': https } });
  }

  /**
   * An address of the site's network, announced by MetalLB. EKS Anywhere only; install MetalLB 0.13 or later.
   *
   * @param range addresses that MetalLB may assign, as `10.20.0.100-10.20.0.120` or in CIDR notation; outside the DHCP
   * range and unused
   */
  public static metalLb(range: string): Exposure {
    atPlace('Exposure.metalLb', () => requireIpv4Range('range', range));
    return new Exposure({ kind: 'metal-lb', range });
  }

  /**
   * An address of the site's network, announced by kube-vip, which EKS Anywhere installs. Bare metal only, on
   * clusters that manage themselves or have no worker nodes.
   *
   * @param address unused IPv4 address in the network of the machines: neither `endpoint` nor `tinkerbellIp`
   */
  public static kubeVip(address: string): Exposure {
    atPlace('Exposure.kubeVip', () => requireAddress('address', address));
    return new Exposure({ kind: 'kube-vip', address });
  }

  /** @internal */
  public readonly _choice: ExposureChoice;

  private constructor(choice: ExposureChoice) {
    this._choice = choice;
  }

  /**
   * Networks of the consumers of an AWS load balancer; `undefined` for private addresses.
   *
   * @param place what supports load balancers only, for the message
   * @throws Error for any other exposure
   * @internal
   */
  public _cloudSources(place: string): readonly string[] | undefined {
    if (this._choice.kind === 'network-load-balancer') return this._choice.sourceCidrs;
    throw new Error(`exposure: got ${this._choice.kind}, expected internalLoadBalancer or internetLoadBalancer, which ${place} has`);
  }
}

/** The chosen exposure. */
type ExposureChoice =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'network-load-balancer'; readonly sourceCidrs?: readonly string[] }
  | { readonly kind: 'node-port'; readonly nodePorts: Readonly<Record<string, number>> }
  | { readonly kind: 'metal-lb'; readonly range: string }
  | { readonly kind: 'kube-vip'; readonly address: string };

function requireNodePort(property: string, port: number) {
  if (Number.isInteger(port) && port >= 30000 && port <= 32767) return;
  throw new Error(`${property}: got ${shown(port)}, expected a port that Kubernetes gives to nodes, 30000 to 32767`);
}
