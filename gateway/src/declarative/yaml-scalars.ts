/**
 * Words and numbers that YAML 1.1 has in addition to YAML 1.2: `yes`, `off`, `0644`, `1_000`, `1:30`. Kong reads files that way, so that a
 * file means the same here. The letters `y` and `n` alone are text in Kong, too.
 */
import type { CollectionTag, ScalarTag, Tags } from 'yaml';

const words: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool', default: true, test: /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|on)$/i.test(text),
};

const octal: ScalarTag = integer(/^[-+]?0_*[0-7][0-7_]*$/, (digits) => parseInt(digits, 8));

const grouped: ScalarTag = integer(/^[-+]?[1-9][0-9_]*_[0-9_]*$/, Number);

const binary: ScalarTag = integer(/^[-+]?0b_*[01][01_]+$/, (digits) => parseInt(digits.slice(2), 2));

/** Hours, minutes and seconds. */
const sexagesimal: ScalarTag = integer(/^[-+]?[0-9]+:[0-5]?[0-9](?::[0-9]+)*$/, (digits) => (
  digits.split(':').reduce((value, part) => value * 60 + Number(part), 0)));

/** The tags of YAML 1.2 after those of 1.1: the first one that matches a text tells its value. */
export function scalarsOfYaml11(tags: Tags): Tags {
  return [words, octal, grouped, binary, sexagesimal, ...tags] as (CollectionTag | ScalarTag)[];
}

function integer(test: RegExp, valueOf: (digits: string) => number): ScalarTag {
  return {
    tag: 'tag:yaml.org,2002:int', default: true, test,
    resolve: (text) => {
      const value = valueOf(text.replace(/^[-+]/, '').replaceAll('_', ''));
      return text.startsWith('-') ? -value : value;
    },
  };
}
