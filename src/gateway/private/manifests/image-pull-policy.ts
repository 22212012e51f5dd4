import { Token } from 'aws-cdk-lib';

/** A digest, the hash of a build context, or a whole version number: what never stands for another content. */
const FIXED = /(@sha256:[0-9a-f]{64}|:[\w.-]*[0-9a-f]{64}|:v?\d+\.\d+\.\d+([.+-][\w.+-]*)?)$/;

/**
 * `IfNotPresent` where the reference names one content: a pod restarts without its registry then. `Always` for a tag
 * that may move, because a node would keep what it once pulled.
 *
 * @param image a value known only after deployment is the image that this package builds, whose tag is the hash of its context
 */
export function imagePullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return Token.isUnresolved(image) || FIXED.test(image) ? 'IfNotPresent' : 'Always';
}
