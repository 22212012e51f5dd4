import { comparable } from '../../../src/eksa/import/comparable';
import { asNewCluster } from '../../../src/eksa/import/new-cluster';
import type { Document } from '../../../src/eksa/model/document';
import { changesOf } from '../../../src/eksa/update/changes';
import type { Change } from '../../../src/eksa/update/changes';
import { parseClusterFile } from '../../../src/eksa/yaml/parse';

function documents(text: string): Document[] {
  return parseClusterFile(text).documents.map(({ content }) => content as unknown as Document);
}

/** What two files of a cluster mean differently. */
export function differences(before: string, after: string): Change[] {
  return changesOf({ old: comparable(documents(before))!, new: comparable(documents(after))! });
}

/** The same, the old one under the names and in the forms of new clusters. */
export function differencesOfNew(before: string, after: string): Change[] {
  return changesOf({ old: comparable(asNewCluster(documents(before)))!, new: comparable(documents(after))! });
}
