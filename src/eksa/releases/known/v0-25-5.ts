/** EKS Anywhere v0.25.5. */
import { after } from '../release';
import { V0_25_4 } from './v0-25-4';

export const V0_25_5 = after(V0_25_4, {
  version: 'v0.25.5',
});
