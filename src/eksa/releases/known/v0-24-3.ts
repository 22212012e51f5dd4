/** EKS Anywhere v0.24.3. */
import { after } from '../release';
import { V0_24_2 } from './v0-24-2';

export const V0_24_3 = after(V0_24_2, {
  version: 'v0.24.3',
});
