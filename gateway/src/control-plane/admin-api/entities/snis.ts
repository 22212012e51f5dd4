/** Server names: the certificate of one is changed at its own URL only. */
import { disabled } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

export const sniEndpoints: EntityExtension = ({ kit, endpoints }) => (
  endpoints.filter(({ path }) => path === `${kit.entityPath}/certificate`).map(disabled));
