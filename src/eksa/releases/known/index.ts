/** Every known release, oldest first: a new one is a file beside this one and a line here. */
import type { Release } from '../release';
import { V0_23_0 } from './v0-23-0';
import { V0_23_1 } from './v0-23-1';
import { V0_23_2 } from './v0-23-2';
import { V0_23_3 } from './v0-23-3';
import { V0_23_4 } from './v0-23-4';
import { V0_23_5 } from './v0-23-5';
import { V0_23_6 } from './v0-23-6';
import { V0_23_7 } from './v0-23-7';
import { V0_24_0 } from './v0-24-0';
import { V0_24_1 } from './v0-24-1';
import { V0_24_2 } from './v0-24-2';
import { V0_24_3 } from './v0-24-3';
import { V0_24_4 } from './v0-24-4';
import { V0_25_0 } from './v0-25-0';
import { V0_25_1 } from './v0-25-1';
import { V0_25_2 } from './v0-25-2';
import { V0_25_3 } from './v0-25-3';
import { V0_25_4 } from './v0-25-4';
import { V0_25_5 } from './v0-25-5';
import { V0_25_6 } from './v0-25-6';
import { V0_26_0 } from './v0-26-0';
import { V0_26_1 } from './v0-26-1';
import { V0_26_2 } from './v0-26-2';
import { V0_26_3 } from './v0-26-3';
import { V0_26_4 } from './v0-26-4';
import { V0_26_5 } from './v0-26-5';
import { V0_27_0 } from './v0-27-0';

export const RELEASES: readonly Release[] = [
  V0_23_0, V0_23_1, V0_23_2, V0_23_3, V0_23_4, V0_23_5, V0_23_6, V0_23_7,
  V0_24_0, V0_24_1, V0_24_2, V0_24_3, V0_24_4,
  V0_25_0, V0_25_1, V0_25_2, V0_25_3, V0_25_4, V0_25_5, V0_25_6,
  V0_26_0, V0_26_1, V0_26_2, V0_26_3, V0_26_4, V0_26_5,
  V0_27_0,
];
