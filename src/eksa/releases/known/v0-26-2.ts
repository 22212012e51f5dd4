/** EKS Anywhere v0.26.2. */
import { after } from '../release';
import { V0_26_1 } from './v0-26-1';

export const V0_26_2 = after(V0_26_1, {
  version: 'v0.26.2',
  date: '2026-09-10',
});
