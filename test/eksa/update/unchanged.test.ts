/** A file compared with itself: nothing differs, whatever is wrong with it. */
import { diff } from '../../../src/eksa/update/diff-text';
import { foreignFile, recordedLines, testWithForeignFiles } from '../recorded-data';

/** Rules on the new file alone, and versions that cannot be read on either side. */
const OF_ONE_FILE = /^(?!W)|^W(7|8|12)$/;

function differing(files: readonly { readonly id: string; readonly text: string }[]) {
  return files.flatMap(({ id, text }) => {
    const { refusals, changes, groups, machines, unreadable = [] } = diff(text, text);
    if (unreadable.length > 0) return [];
    const actions = groups.map(({ action }) => action).filter((action) => action !== 'nothing');
    const compared = refusals.filter(({ ruleId }) => !OF_ONE_FILE.test(ruleId)).map(({ ruleId, path }) => `${ruleId} ${path}`);
    const wanted = machines.filter((need) => need.wanted > 0);
    return [...changes, ...actions, ...compared, ...wanted].length > 0 ? [{ id, changes, actions, compared, wanted }] : [];
  });
}

test('no recorded file differs from itself', () => {
  // A third of the cases, to save time; they are single faults in a few bases.
  const cases = recordedLines<{ id: string; cluster: string }>('cases')
    .filter((_case, index) => index % 3 === 0)
    .map(({ id, cluster }) => ({ id, text: cluster }));
  const sides = recordedLines<{ id: string; old: string; new: string }>('updates').flatMap(({ id, old, new: now }) => {
    return [{ id: `${id}, old`, text: old }, { id: `${id}, new`, text: now }];
  });
  const files = [...new Map([...cases, ...sides].map((file) => [file.text, file])).values()];
  expect(files.length).toBeGreaterThan(600);
  expect(differing(files)).toEqual([]);
}, 120_000);

testWithForeignFiles('no file of the EKS Anywhere project differs from itself', () => {
  const { verdicts } = JSON.parse(foreignFile('verdicts.json')) as { verdicts: { readonly file: string }[] };
  const files = verdicts.map(({ file }) => file).filter((file) => file.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(50);
  expect(differing(files.map((file) => ({ id: file, text: foreignFile(`corpus/${file}`) })))).toEqual([]);
}, 120_000);
