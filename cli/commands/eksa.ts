/** `hybridge eksa`: the files of EKS Anywhere clusters, whether written by hand or synthesized. */
import { check } from '../eksa/check.ts';
import { diff } from '../eksa/diff.ts';
import { hardware } from '../eksa/hardware.ts';
import { importCommand } from '../eksa/import.ts';
import { plan } from '../eksa/plan.ts';
import { publishKeys } from '../eksa/publish-keys.ts';
import { render } from '../eksa/render.ts';
import { show } from '../eksa/show.ts';
import { commandOf } from '../subcommands.ts';

export const eksa = commandOf(
  'eksa',
  'check, change and show EKS Anywhere clusters from their files',
  // In the order of use.
  [check, diff, plan, show, render, hardware, publishKeys, importCommand],
);
