/** How Network Load Balancers treat the nodes behind them: the same numbers whether CloudFormation or a controller makes them. */
import { DRAIN_SECONDS, PORTS, STATUS_PATHS } from '../../../private/contract';

/**
 * Seconds for which a Network Load Balancer may still open connections to a node after its deregistration, however
 * short the deregistration delay is.
 *
 * @see https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366
 * @see https://github.com/aws/containers-roadmap/issues/470
 */
export const DEREGISTRATION_SECONDS = 120;

/** Seconds in which a node finishes the requests that still run when it stops to serve. */
export const FINISH_SECONDS = 30;

/**
 * Seconds that a pod keeps serving after its stop signal. Kubernetes sends the signal while the controller begins to
 * deregister the pod: the difference is the time that the controller needs for it.
 */
export const POD_DRAIN_SECONDS = DEREGISTRATION_SECONDS + 30;

/**
 * Seconds between stop and end of a node that gets its stop signal when its deregistration is over, as ECS and Auto Scaling
 * groups do it. ECS on Fargate takes no more than 120.
 */
export const STOP_SECONDS = Math.max(DEREGISTRATION_SECONDS, DRAIN_SECONDS + FINISH_SECONDS);

/** Asked on a port of its own, so that a flood of consumers does not make a node look dead. Times in seconds. */
export const READINESS_CHECK = { port: PORTS.status, path: STATUS_PATHS.ready, interval: 10, timeout: 5, threshold: 2 } as const;
