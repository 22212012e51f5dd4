/** The shapes of the bare-metal (Tinkerbell) objects. */
import { REF } from './cluster';
import { HOST_OS, USERS } from './host-os';
import { boolean, integer, list, map, object, text, zeroDiffers } from './shape';

export const TINKERBELL_DATACENTER_SPEC = object({
  'hookImagesURLPath': text,
  'hookIsoURL': text,
  'isoBoot': boolean,
  'loadBalancerInterface': text,
  'osImageURL': text,
  'skipLoadBalancerDeployment': boolean,
  'tinkerbellIP!': text,
});

const AFFINITY_TERM = object({
  'labelSelector!': object({
    matchExpressions: list(object({ 'key!': text, 'operator!': text, 'values': list(text) })),
    matchLabels: map(),
  }),
});

export const TINKERBELL_MACHINE_SPEC = object({
  'hardwareAffinity': zeroDiffers(object({
    'preferred': list(object({ 'hardwareAffinityTerm!': AFFINITY_TERM, 'weight!': { type: 'integer', minimum: 1, maximum: 100 } })),
    'required!': list(AFFINITY_TERM),
  })),
  'hardwareSelector': map(),
  'hostOSConfiguration': HOST_OS,
  'osFamily!': text,
  'osImageURL': text,
  'templateRef': REF,
  'users': USERS,
});

const ACTION = object({
  'command': list(text),
  'environment': map(),
  'image!': text,
  'name!': text,
  'on-failure': list(text),
  'on-timeout': list(text),
  'pid': text,
  'timeout!': integer,
  'volumes': list(text),
});

export const TINKERBELL_TEMPLATE_SPEC = object({
  'template!': object({
    'global_timeout!': integer,
    'id!': text,
    'name!': text,
    'tasks!': list(object({ 'actions!': list(ACTION), 'environment': map(), 'name!': text, 'volumes': list(text), 'worker!': text })),
    'version!': text,
  }),
});
